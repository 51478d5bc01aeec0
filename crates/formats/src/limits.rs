//! Limits on what outside bytes may ask of this machine.

/// Limits of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Members of an archive.
    pub members: usize,
    /// Bytes of all members of an archive once unpacked.
    pub unpacked_bytes: u64,
    /// How many times larger than its packed form a member may be, beyond its first 16 MiB.
    pub ratio: u64,
    /// Bytes of one row.
    pub row_bytes: usize,
    /// Columns of a table.
    pub columns: usize,
    /// Bytes of `meta.xml` and of the metadata document.
    pub document_bytes: u64,
    /// Depth of elements in an XML document.
    pub depth: usize,
    /// Bytes of a chunk handed to a worker.
    pub chunk_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            members: 10_000,
            unpacked_bytes: 64 << 30,
            ratio: 1_100,
            row_bytes: 16 << 20,
            columns: 4_096,
            document_bytes: 16 << 20,
            depth: 64,
            chunk_bytes: 4 << 20,
        }
    }
}
