mod mta_once_per_cluster;
