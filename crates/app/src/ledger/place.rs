//! Stores of objects that a ledger may lie in.

use std::sync::Arc;

use anyhow::{Context, bail};
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::prefix::PrefixStore;
use reedbed_ledger::objects::Objects;

/// The store that an address names: `s3://BUCKET/PATH`. Whose it is, where it is and how it is entered
/// stand in the environment, as for other programs (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT` …).
///
/// Errors: for addresses of other kinds. A folder is not asked for by an address: it is the place that a
/// ledger has by itself, where what is acknowledged is safe.
pub(super) fn objects(address: &str) -> Result<Objects, anyhow::Error> {
    let Some(rest) = address.strip_prefix("s3://") else {
        bail!("`{address}` is no store that a ledger can lie in: `s3://BUCKET/PATH` is one");
    };
    let (bucket, path) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        bail!("`{address}` names no bucket");
    }
    let store = AmazonS3Builder::from_env().with_bucket_name(bucket).build();
    let store = store.with_context(|| format!("the store `{address}` cannot be used"))?;
    let path = path.trim_matches('/');
    let store: Arc<dyn ObjectStore> =
        if path.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, path)) };
    Objects::in_store(store).with_context(|| format!("the store `{address}` cannot be used"))
}
