//! Questions about disks and storage.

use super::super::{
    At, ClusterRef, DiskRef, DriveLetter, ExchangeVersion, Layout, ResourceRef, ResourceType, Set,
};

impl<'a> ClusterRef<'a> {
    /// Whether the nodes share storage: always before Exchange 2007; since then, in a single copy cluster.
    pub fn shares_storage(self) -> At<'a, bool> {
        let exchange = self.exchange();
        match exchange.peek() {
            Some(ExchangeVersion::V2007) => {
                self.layout().map(|layout| Some(if *layout == Layout::SingleCopy { &true } else { &false }))
            }
            _ => exchange.map(|_| Some(&true)),
        }
    }

    /// The disks with a drive letter that are not known to belong to one node alone. A mount point needs no letter; where
    /// it is not known whether a disk has one, it is a gap.
    pub fn lettered_disks(self) -> Set<DiskRef<'a>> {
        self.disks()
            .members()
            .filter(|disk| disk.is_shared().peek() != Some(&false))
            .filter(|disk| disk.letter().peek().is_some() || disk.mounted_on().peek().is_none())
            .whose(|disk| disk.letter(), |_| true)
    }

    /// The shared disks that are mounted in a folder of another disk.
    pub fn mount_points(self) -> Set<DiskRef<'a>> {
        self.disks()
            .members()
            .filter(|disk| disk.is_shared().peek() != Some(&false))
            .whose(|disk| disk.is_mount_point(), |is| *is)
    }

    /// The drives under which the nodes show the Exchange file system. Exchange 2000 alone has one: what seems to be a
    /// drive is a view of its databases.
    pub fn exchange_file_system_drives(self) -> Set<At<'a, DriveLetter>> {
        match self.exchange().peek() {
            None => Set::new(Vec::new(), vec![self.exchange().path()]),
            Some(ExchangeVersion::V2000) => {
                let drives = self.exchange_nodes().map(|node| node.exchange().exifs_drive());
                drives.whose(|drive| *drive, |_| true)
            }
            Some(_) => Set::default(),
        }
    }
}

impl<'a> DiskRef<'a> {
    /// Whether the disk is shared between nodes: said outright, or to be seen from the cluster, where the nodes share
    /// their storage.
    pub fn is_shared(self) -> At<'a, bool> {
        let shares_storage = self.cluster().shares_storage().peek().filter(|shares| **shares);
        self.shared().or(At::new(self.root(), self.shared().path(), shares_storage))
    }

    /// Whether the disk is mounted in a folder of another one. Not known where neither the other disk nor a letter of its
    /// own is.
    pub fn is_mount_point(self) -> At<'a, bool> {
        let answer = match (self.letter().peek(), self.mounted_on().peek()) {
            (_, Some(_)) => Some(&true),
            (Some(_), None) => Some(&false),
            (None, None) => None,
        };
        At::new(self.root(), self.letter().path(), answer)
    }

    /// The resources of another maker's storage type that stand for the disk. One such resource may stand for several
    /// volumes: where none bears the disk's name, each whose disks are not known may be the one.
    pub fn third_party_resources(self) -> Set<ResourceRef<'a>> {
        let Some(name) = self.name().peek() else { return Set::new(Vec::new(), vec![self.name().path()]) };
        let cluster = self.cluster();
        let is_third_party = |kind: &ResourceType| kind.is_storage() && *kind != ResourceType::PhysicalDisk;
        let own = cluster.resources_named(name);
        if !own.peek().is_empty() || !own.is_complete() {
            return own.whose(|resource| resource.r#type(), is_third_party);
        }
        let all = cluster.resources_whose(|resource| resource.r#type(), is_third_party);
        let (without_disk, mut gaps) = all.filter(|resource| resource.disk().peek().is_empty()).into_parts();
        if !without_disk.is_empty() {
            gaps.push(cluster.disks().path());
        }
        Set::new(Vec::new(), gaps)
    }
}
