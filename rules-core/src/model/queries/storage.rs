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
            None => Set::new([], [self.exchange().path()]),
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

    /// The disk in a folder of which this one is mounted: the definition names it by its name, or by its letter. No member:
    /// it is mounted on no disk of the definition, unless the set has gaps.
    pub fn hosts(self) -> Set<DiskRef<'a>> {
        let Some(host) = self.mounted_on().peek() else { return Set::default() };
        let named = self.cluster().disks_named(host);
        let Ok(letter) = host.as_str().parse::<DriveLetter>() else { return named };
        if !named.peek().is_empty() {
            return named;
        }
        let disks = self.cluster().disks().members();
        disks
            .filter(|disk| disk.letter().peek().is_some() || disk.mounted_on().peek().is_none())
            .whose(|disk| disk.letter(), |own| *own == letter)
    }

    /// The drives under which the files of the disk are found: its own letter, and of a mount point also the drives of the
    /// disk that it is mounted on.
    pub fn drives(self) -> Set<At<'a, DriveLetter>> {
        let (mut drives, mut gaps) = (Vec::new(), Vec::new());
        let mut disk = self;
        // So many at most are mounted one in another; those that are mounted in a circle would never end.
        for _ in 0..DriveLetter::COUNT {
            if disk.letter().peek().is_some() {
                drives.push(disk.letter());
            } else if disk.mounted_on().peek().is_none() {
                gaps.push(disk.letter().path());
            }
            let (hosts, absent) = disk.hosts().into_parts();
            let Some(host) = hosts.first() else {
                gaps.extend(absent);
                break;
            };
            disk = *host;
        }
        Set::new(drives, gaps)
    }

    /// The resources of another maker's storage type that stand for the disk. One such resource may stand for several
    /// volumes: where none bears the disk's name, each whose disks are not known may be the one.
    pub fn third_party_resources(self) -> Set<ResourceRef<'a>> {
        let Some(name) = self.name().peek() else { return Set::new([], [self.name().path()]) };
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
        Set::new([], gaps)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Cluster, Disk};

    fn drives(disks: impl IntoIterator<Item = Disk>) -> (String, usize) {
        let cluster = Cluster::new("MAILCLU1").disks(disks.into_iter().collect::<Vec<_>>());
        let drives = cluster.view().disks().members().peek()[0].drives();
        let letters = drives.peek().iter().map(ToString::to_string).collect();
        (letters, drives.gaps().len())
    }

    #[test]
    fn a_mount_point_is_found_on_the_drive_of_its_host() {
        let disk = |name: &str| Disk::default().name(name);
        let host = || disk("Disk S:").letter("S".parse::<crate::model::DriveLetter>().expect("a letter"));
        assert_eq!(drives([host()]), ("S".to_owned(), 0));
        assert_eq!(drives([disk("Logs").mounted_on("disk s:"), host()]), ("S".to_owned(), 0));
        assert_eq!(drives([disk("Logs").mounted_on("S:\\"), host()]), ("S".to_owned(), 0), "by its letter");
        let between = disk("Between").mounted_on("Disk S:");
        assert_eq!(drives([disk("Logs").mounted_on("Between"), between, host()]), ("S".to_owned(), 0));
        assert_eq!(drives([disk("Logs").mounted_on("D:"), host()]), (String::new(), 0));
        assert_eq!(drives([disk("Logs"), host()]), (String::new(), 1));
        let circle = [disk("Logs").mounted_on("More"), disk("More").mounted_on("Logs")];
        assert_eq!(drives(circle), (String::new(), 0));
    }
}
