//! What is known of clusters apart from any one rule: tables that rules and build procedure share.
