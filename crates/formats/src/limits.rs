//! Limits on what outside bytes may ask of this machine.

/// Limits of reading. The defaults are far above what honest data need, and far below what would
/// fill a memory or a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Members of an archive: 10,000.
    pub members: usize,
    /// Bytes in the name of a member: 1,024.
    pub name_bytes: usize,
    /// Bytes of all members of an archive once unpacked: 64 GiB.
    pub unpacked_bytes: u64,
    /// How many times larger than its packed form a member may be, beyond its first 64 MiB: 250.
    /// Tables pack to a fifth or a tenth, very uniform ones to a hundredth; a bomb to a thousandth.
    pub ratio: u64,
    /// Bytes of one feature of a layer, its geometry or the longest of its values: 64 MiB. A
    /// coastline in full detail has a few.
    pub feature_bytes: u64,
    /// Bytes of one row: 16 MiB.
    pub row_bytes: usize,
    /// Columns of a table: 4,096.
    pub columns: usize,
    /// Bytes of `meta.xml` and of the metadata document: 16 MiB each.
    pub document_bytes: u64,
    /// Bytes of what a workbook or a Parquet file makes a reader hold in memory whole – texts and
    /// styles, the description of columns: 512 MiB.
    pub held_bytes: u64,
    /// Depth of elements in an XML document, and of columns in a Parquet file: 64.
    pub depth: usize,
    /// Bytes of a chunk handed to a worker: 4 MiB. It changes no result.
    pub chunk_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            members: 10_000,
            name_bytes: 1_024,
            unpacked_bytes: 64 << 30,
            ratio: 250,
            feature_bytes: 64 << 20,
            row_bytes: 16 << 20,
            columns: 4_096,
            document_bytes: 16 << 20,
            held_bytes: 512 << 20,
            depth: 64,
            chunk_bytes: 4 << 20,
        }
    }
}

impl Limits {
    /// Whether so many bytes are out of all proportion to their packed form.
    pub(crate) fn is_bomb(&self, unpacked: u64, packed: u64) -> bool {
        unpacked > FREE_OF_RATIO && unpacked / self.ratio.max(1) > packed
    }
}

/// Bytes that are harmless however they were packed.
const FREE_OF_RATIO: u64 = 64 << 20;
