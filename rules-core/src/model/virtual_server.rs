//! Virtual servers and their databases.

use super::{
    ExchangeEdition, ExchangeVersion, Name, WindowsPath,
    table::facts,
    vocabulary::{closed_vocabulary, open_vocabulary},
};

facts! {
    /// An Exchange virtual server (2000, 2003) or a clustered mailbox server (2007).
    pub struct VirtualServer [name] {
        /// Its network name.
        name: Name,
        /// The cluster group that holds it.
        group: Name,
        /// Its own version, where it differs from the cluster's during an upgrade.
        version: ExchangeVersion,
        /// The nodes that it runs on. More than one is an impossible state that old records do show.
        running_on: Vec<Name>,
        /// The protocols that it offers to clients.
        protocols: Vec<Protocol>,
        /// Folders that hold its data.
        data_paths: Vec<WindowsPath>,
        /// The folder of the SMTP queue.
        queue_path: WindowsPath,
        /// The folder of the MTA.
        mta_path: WindowsPath,
        /// The folder of the full-text index.
        full_text_path: WindowsPath,
        /// The folder of the SMTP log.
        smtp_log_path: WindowsPath,
        /// Its storage groups.
        storage_groups: Vec<StorageGroup>,
        /// How many clients are connected at the same time.
        concurrent_users: u32,
        /// How many mailboxes it holds.
        mailboxes: u32,
        /// What clients are configured with as the name of their server.
        client_endpoints: Vec<Name>,
        /// Connectors and services hosted here beside its resources.
        components: Vec<Component>,
        /// Whether its MTA is monitored in System Manager.
        mta_monitored: bool,
        /// Its administrative or routing group was changed after creation (2000).
        administrative_group_changed: bool,
        /// It was the first server of the organisation's Exchange 5.5 site.
        first_in_exchange_55_site: bool,
        /// Transport dumpster: the size for each storage group in MiB (CCR).
        dumpster_size_mib: u32,
        /// Transport dumpster: how many days mail is kept (CCR).
        dumpster_days: u32,
        /// When a database is mounted after a failover that lost logs (CCR).
        mount_dial: MountDial,
    }
}

closed_vocabulary! {
    /// A protocol offered to clients.
    pub enum Protocol {
        /// SMTP.
        Smtp = "smtp",
        /// HTTP: Outlook Web Access.
        Http = "http",
        /// POP3.
        Pop3 = "pop3",
        /// IMAP4.
        Imap4 = "imap4",
        /// MAPI.
        Mapi = "mapi",
        /// NNTP.
        Nntp = "nntp",
    }
}

open_vocabulary! {
    /// A connector or service hosted on a virtual server.
    pub enum Component {
        /// Site Replication Service.
        Srs = "srs" | "Site Replication Service",
        /// Active Directory Connector.
        Adc = "adc" | "Active Directory Connector",
        /// Network News Transfer Protocol.
        Nntp = "nntp" | "NNTP virtual server",
        /// Key Management Service.
        Kms = "kms" | "Key Management Service",
        /// Instant Messaging.
        InstantMessaging = "instant-messaging" | "IM",
        /// Chat.
        Chat = "chat" | "Chat Service",
        /// Conferencing.
        Conferencing = "conferencing" | "Conferencing Server" | "Data Conferencing",
        /// Event service.
        EventService = "event-service" | "Exchange Event",
        /// Calendar Connector.
        CalendarConnector = "calendar-connector",
        /// GroupWise connector.
        GroupwiseConnector = "groupwise-connector" | "Connector for Novell GroupWise",
        /// Lotus Notes connector.
        NotesConnector = "notes-connector" | "Connector for Lotus Notes",
        /// Lotus cc:Mail connector.
        CcMailConnector = "cc-mail-connector" | "Connector for Lotus cc:Mail" | "cc:Mail connector",
        /// Microsoft Mail connector.
        MsMailConnector = "ms-mail-connector" | "Microsoft Mail Connector" | "MS Mail connector",
        /// PROFS connector.
        ProfsConnector = "profs-connector",
        /// SNADS connector.
        SnadsConnector = "snads-connector",
        /// X.400 connector: runs in the MTA.
        X400Connector = "x400-connector" | "X.400 connector",
        /// Routing group connector.
        RoutingGroupConnector = "routing-group-connector",
        /// SMTP connector.
        SmtpConnector = "smtp-connector",
    }
}

closed_vocabulary! {
    /// `AutoDatabaseMountDial` of a clustered mailbox server in a CCR.
    pub enum MountDial {
        /// Mount only if nothing was lost.
        Lossless = "lossless",
        /// Mount if little was lost.
        GoodAvailability = "good-availability",
        /// Mount if more was lost.
        BestAvailability = "best-availability",
    }
}

facts! {
    /// A storage group.
    pub struct StorageGroup [name] {
        /// Its name.
        name: Name,
        /// How many databases it holds.
        databases: u32,
        /// Its database files.
        database_paths: Vec<WindowsPath>,
        /// The folder of its transaction logs.
        log_path: WindowsPath,
        /// The folder of its system files.
        system_path: WindowsPath,
        /// Whether it is a recovery storage group.
        recovery: bool,
        /// How many of its databases are public-folder databases.
        public_folder_databases: u32,
        /// Local continuous replication is on (2007).
        local_replication: bool,
    }
}

facts! {
    /// A target of standby continuous replication (2007).
    pub struct StandbyTarget [name] {
        /// The target computer.
        name: Name,
        /// The clustered mailbox server that it copies.
        of: Name,
        /// Whether the target is itself a node of a cluster.
        clustered: bool,
        /// Whether the target's cluster has a clustered mailbox server.
        has_clustered_mailbox_server: bool,
        /// The edition of Exchange on the target.
        edition: ExchangeEdition,
        /// The service pack of Exchange on the target.
        service_pack: u32,
        /// A storage group of the target uses local continuous replication.
        local_replication: bool,
        /// A recovery storage group is enabled for the replication.
        recovery_storage_group: bool,
        /// Database and log paths equal the source's.
        same_paths: bool,
    }
}
