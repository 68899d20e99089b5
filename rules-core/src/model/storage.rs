//! Disks and the quorum.

use super::{DriveLetter, Name, OrNone, WindowsPath, table::facts, vocabulary::closed_vocabulary};

facts! {
    /// A shared disk, named as its disk resource; in a CCR, a data disk of the nodes.
    pub struct Disk [name] {
        /// The name of its disk resource.
        name: Name,
        /// Its drive letter.
        letter: DriveLetter,
        /// The disk on which it is mounted, where it is a mount point.
        mounted_on: Name,
        /// Basic or dynamic.
        kind: DiskKind,
        /// Its file system.
        file_system: FileSystem,
        /// How it is partitioned.
        partition_style: PartitionStyle,
        /// Its size in MiB.
        size_mib: u64,
        /// The physical disk (LUN) that it is a partition of: disks of one name move together.
        physical_disk: Name,
        /// Whether it is shared between nodes (false in a CCR).
        shared: bool,
        /// Its RAID level: `0`, `1`, `5`, `10`, or `none`.
        raid: Name,
        /// Whether it was empty before Exchange was set up on it.
        empty_before_setup: bool,
    }
}

closed_vocabulary! {
    /// Basic or dynamic, as Disk Management shows it.
    pub enum DiskKind {
        /// A basic disk.
        Basic = "basic",
        /// A dynamic disk.
        Dynamic = "dynamic",
    }
}

closed_vocabulary! {
    /// A file system.
    pub enum FileSystem {
        /// NTFS.
        Ntfs = "ntfs" | "NTFS",
        /// FAT or FAT32.
        Fat = "fat" | "FAT32" | "FAT16",
        /// Not formatted.
        Raw = "raw" | "RAW",
    }
}

closed_vocabulary! {
    /// How a disk is partitioned.
    pub enum PartitionStyle {
        /// Master boot record.
        Mbr = "mbr" | "MBR",
        /// GUID partition table.
        Gpt = "gpt" | "GPT",
    }
}

facts! {
    /// The quorum of the cluster.
    pub struct Quorum {
        /// The quorum model.
        kind: QuorumKind,
        /// The quorum resource, where the model has one.
        resource: Name,
        /// The folder of the quorum log.
        log_path: WindowsPath,
        /// The size at which the quorum log is reset, in KiB (`MaxQuorumLogSize` / 1024).
        max_log_size_kib: u64,
        /// The file share witness, or `none`.
        witness: OrNone<Witness>,
        /// How many heartbeats of a network may be missed.
        missed_heartbeats: u32,
    }
}

closed_vocabulary! {
    /// A quorum model.
    pub enum QuorumKind {
        /// Local Quorum: for one node.
        Local = "local",
        /// A shared disk (2000, 2003).
        SharedDisk = "shared-disk",
        /// Majority Node Set (2003), with or without a file share witness.
        MajorityNodeSet = "majority-node-set",
        /// Node Majority (2008).
        NodeMajority = "node-majority",
        /// Node and Disk Majority (2008).
        NodeAndDiskMajority = "node-and-disk-majority",
        /// Node and File Share Majority (2008).
        NodeAndFileShareMajority = "node-and-file-share-majority",
        /// No Majority: Disk Only (2008).
        DiskOnly = "disk-only",
    }
}

impl QuorumKind {
    /// Whether the model has a quorum resource in the default group.
    pub fn has_resource(self) -> bool {
        !matches!(self, Self::NodeMajority)
    }

    /// Whether the model stands on a disk, alone or with the nodes.
    pub fn uses_disk(self) -> bool {
        matches!(self, Self::SharedDisk | Self::NodeAndDiskMajority | Self::DiskOnly)
    }

    /// Whether a file share witness may belong to the model.
    pub fn may_have_witness(self) -> bool {
        matches!(self, Self::MajorityNodeSet | Self::NodeAndFileShareMajority)
    }
}

facts! {
    /// A file share witness.
    pub struct Witness {
        /// The share: `\\HUB1\MNS_FSW_MAILCLU1`.
        share: WindowsPath,
        /// The computer that holds it, by its own name.
        host: Name,
        /// Whether the share is reached by an alias (CNAME).
        by_alias: bool,
        /// Whether the installing account has Full Control of the share.
        installer_has_full_control: bool,
        /// Whether the Cluster service account (2003) or the cluster's computer object (2008) has access.
        cluster_has_access: bool,
    }
}
