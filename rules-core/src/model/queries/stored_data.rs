//! Questions about what virtual servers keep on which drive.

use super::{
    super::{At, DriveLetter, Evs, ResourceRef, Set, StorageGroup, WindowsPath},
    virtual_servers::known_ones,
};

impl<'a> Evs<'a> {
    /// The databases, logs and system files of its storage groups, and its data folders: what virtual servers of every
    /// version have.
    pub fn stored_data(self) -> Set<At<'a, WindowsPath>> {
        let storage_groups = self.listed().storage_groups().members();
        self.listed().data_paths().members().and(storage_groups.flat_map(At::<StorageGroup>::files))
    }
}

impl<'a> At<'a, StorageGroup> {
    /// The databases, the logs and the system files of the storage group.
    pub fn files(self) -> Set<At<'a, WindowsPath>> {
        self.database_paths().members().and(known_ones([self.log_path(), self.system_path()]))
    }
}

impl<'a> ResourceRef<'a> {
    /// The drive letter of a disk resource. A mount point has none: what lies on it lies under the letter of the disk
    /// on which it is mounted.
    pub fn drive_letters(self) -> Set<At<'a, DriveLetter>> {
        let disks = self.disk();
        let not_listed = (disks.peek().is_empty()).then(|| self.cluster().disks().path());
        disks.and(Set::new([], not_listed)).flat_map(|disk| {
            let is_mount_point = disk.letter().peek().is_none() && disk.mounted_on().peek().is_some();
            if is_mount_point { Set::default() } else { known_ones([disk.letter()]) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Cluster, Disk, DriveLetter, Group, Resource, ResourceType};

    #[test]
    fn a_mount_point_has_no_letter_and_hides_none() {
        let letters = |disk: Disk| {
            let resource = Resource::default().name("Disk M").r#type(ResourceType::PhysicalDisk);
            let cluster = Cluster::new("MAILCLU1")
                .disks([disk.name("Disk M")])
                .groups([Group::default().resources([resource])]);
            let letters = cluster.view().resources().peek()[0].drive_letters();
            (letters.peek().len(), letters.gaps().len())
        };
        assert_eq!(letters(Disk::default().letter(DriveLetter::default())), (1, 0));
        assert_eq!(letters(Disk::default().mounted_on("Disk S:")), (0, 0));
        assert_eq!(letters(Disk::default()), (0, 1), "it may have a letter");
    }
}
