//! Questions about disks and storage.

use super::super::{At, ClusterRef, DiskRef, ExchangeVersion, Layout, ResourceRef, ResourceType, Set};

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

    /// The disks that are mount points.
    pub fn mount_points(self) -> Set<DiskRef<'a>> {
        self.disks().whose(|disk| disk.is_mount_point(), |is_one| *is_one)
    }
}

impl<'a> DiskRef<'a> {
    /// Whether the disk is shared between nodes: said outright, or to be seen from the cluster, where the nodes share
    /// their storage.
    pub fn is_shared(self) -> At<'a, bool> {
        let shares_storage = self.cluster().shares_storage().peek().filter(|shares| **shares);
        self.shared().or(At::new(self.root(), self.shared().path(), shares_storage))
    }

    /// Whether the disk is a mount point: it is mounted on another disk. One with a drive letter of its own is none.
    pub fn is_mount_point(self) -> At<'a, bool> {
        let mounted_on = self.mounted_on();
        let has_letter = self.letter().peek().is_some();
        mounted_on.map(|_| Some(&true)).or(At::new(
            self.root(),
            mounted_on.path(),
            has_letter.then_some(&false),
        ))
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
