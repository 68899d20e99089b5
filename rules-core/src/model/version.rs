//! Versions and editions of Exchange and Windows.

use super::vocabulary::{closed_vocabulary, open_vocabulary};

closed_vocabulary! {
    /// A version of Exchange Server.
    pub enum ExchangeVersion {
        /// Exchange 5.5.
        V55 = "5.5" | "Exchange 5.5" | "Exchange Server 5.5",
        /// Exchange 2000 (6.0).
        V2000 = "2000" | "Exchange 2000" | "Exchange Server 2000" | "Exchange 2000 Server" | "6.0",
        /// Exchange 2003 (6.5).
        V2003 = "2003" | "Exchange 2003" | "Exchange Server 2003" | "6.5",
        /// Exchange 2007 (8.0 to 8.3).
        V2007 = "2007" | "Exchange 2007" | "Exchange Server 2007" | "8.0" | "8.1" | "8.2" | "8.3",
    }
}

closed_vocabulary! {
    /// A version of Windows.
    pub enum WindowsVersion {
        /// Windows NT 4.0.
        Nt4 = "nt4" | "NT 4.0" | "Windows NT 4.0" | "4.0",
        /// Windows 2000 (5.0).
        V2000 = "2000" | "Windows 2000" | "Windows 2000 Server" | "5.0",
        /// Windows Server 2003 (5.2).
        V2003 = "2003" | "Windows 2003" | "Windows Server 2003" | "5.2",
        /// Windows Server 2003 R2: the same Cluster service as 2003.
        V2003R2 = "2003-r2" | "Windows 2003 R2" | "Windows Server 2003 R2",
        /// Windows Server 2008 (6.0).
        V2008 = "2008" | "Windows 2008" | "Windows Server 2008" | "6.0",
        /// Windows Server 2008 R2 (6.1).
        V2008R2 = "2008-r2" | "Windows 2008 R2" | "Windows Server 2008 R2" | "6.1",
    }
}

impl WindowsVersion {
    /// Windows Server 2003, R2 or not: one Cluster service.
    pub fn is_2003(self) -> bool {
        matches!(self, Self::V2003 | Self::V2003R2)
    }

    /// Windows Server 2008, R2 or not: failover clustering, no service account.
    pub fn is_2008(self) -> bool {
        matches!(self, Self::V2008 | Self::V2008R2)
    }
}

open_vocabulary! {
    /// An edition of Windows, as Windows names it.
    pub enum WindowsEdition {
        /// Server (2000) or Standard Edition.
        Standard = "standard" | "Server" | "Standard Edition" | "Standard x64 Edition" | "Windows 2000 Server" | "Windows Server 2003 Standard Edition" | "Windows Server 2003 Standard x64 Edition" | "Windows Server 2008 Standard" | "Windows Server 2008 R2 Standard",
        /// Advanced Server (Windows 2000). On Windows 2003 the word stands for Enterprise.
        Advanced = "advanced" | "Advanced Server" | "Windows 2000 Advanced Server",
        /// Enterprise Edition (2003, 2008).
        Enterprise = "enterprise" | "Enterprise Edition" | "Enterprise Server" | "Enterprise x64 Edition" | "2003 Advanced" | "2003 Advanced Server" | "Windows 2003 Advanced" | "Windows 2003 Advanced Server" | "Windows Server 2003 Advanced Server" | "Windows 2003 Enterprise" | "Windows 2003 Enterprise Edition" | "Windows Server 2003 Enterprise" | "Windows Server 2003 Enterprise Edition" | "Windows Server 2003 Enterprise x64 Edition" | "Windows Server 2003 R2 Enterprise Edition" | "Windows Server 2003 R2 Enterprise x64 Edition" | "Windows Server 2008 Enterprise" | "Windows Server 2008 R2 Enterprise",
        /// Datacenter.
        Datacenter = "datacenter" | "Data Center" | "Datacenter Server" | "Datacenter Edition" | "Datacenter x64 Edition" | "Windows 2000 Datacenter Server" | "Windows 2003 Datacenter Server" | "Windows Server 2003 Datacenter Edition" | "Windows Server 2003 Datacenter x64 Edition" | "Windows Server 2008 Datacenter" | "Windows Server 2008 R2 Datacenter",
        /// Web Edition.
        Web = "web" | "Web Edition" | "Web Server",
        /// Small Business Server.
        SmallBusiness = "small-business" | "Small Business Server" | "SBS",
        /// Storage Server.
        Storage = "storage" | "Storage Server",
    }
}

closed_vocabulary! {
    /// An edition of Exchange Server.
    pub enum ExchangeEdition {
        /// Standard.
        Standard = "standard" | "Standard Edition",
        /// Enterprise.
        Enterprise = "enterprise" | "Enterprise Edition",
        /// Conferencing Server and others that hold no mailboxes.
        Conferencing = "conferencing" | "Conferencing Server",
    }
}

closed_vocabulary! {
    /// The architecture of a node's Windows.
    pub enum Architecture {
        /// 32-bit.
        X86 = "x86" | "i386" | "32-bit",
        /// 64-bit (AMD64, EM64T).
        X64 = "x64" | "amd64" | "x86-64" | "64-bit",
        /// Itanium.
        Ia64 = "ia64" | "Itanium",
    }
}
