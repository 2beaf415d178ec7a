//! What a store takes and promises.
//!
//! Deals with: limits and conditions, as plain data. Does not deal with: what a provider charges.

/// What a store takes and promises. Plain data, for callers that choose by it, and for
/// `behaviour::blob`, which skips what a store does not promise: a server that speaks a provider's API
/// and lacks something is described by changing a copy of [`Blob::capability`](crate::Blob::capability).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capability {
    /// Bytes of one [`put`](crate::Blob::put) at most.
    pub max_put_bytes: u64,
    /// Bytes of one [`copy`](crate::Blob::copy) at most.
    pub max_copy_bytes: u64,
    /// Bytes that an [`Upload`](crate::blob::Upload) gathers before it sends them as one part.
    pub part_bytes: usize,
    /// Parts of one upload at most.
    pub max_parts: usize,
    /// Entries of one [`page`](crate::Blob::page) at most.
    pub max_page: u32,
    /// Keys of one request of [`delete_many`](crate::Blob::delete_many) at most. Any number may be
    /// given to the call; a multiple of this makes full use of its requests.
    pub max_deletions: usize,
    /// Whether [`create`](crate::Blob::create) and [`replace`](crate::Blob::replace) hold against
    /// concurrent writers.
    pub conditional_writes: bool,
    /// Whether [`delete_if`](crate::Blob::delete_if) leaves a blob that has changed.
    pub conditional_delete: bool,
    /// Whether [`delete_many`](crate::Blob::delete_many) leaves a blob that has changed. Where not,
    /// the ETag of a [`Deletion`](crate::blob::Deletion) is passed over by the provider.
    pub conditional_delete_many: bool,
}

/// "Amazon S3 multipart upload limits" and the reference of PutObject, CopyObject, ListObjectsV2 and
/// DeleteObjects.
pub(super) const S3: Capability = Capability {
    max_put_bytes: 5 << 30,
    max_copy_bytes: 5 << 30,
    part_bytes: 5 << 20,
    max_parts: 10_000,
    max_page: 1000,
    max_deletions: 1000,
    conditional_writes: true,
    conditional_delete: true,
    conditional_delete_many: true,
};
