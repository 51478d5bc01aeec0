//! The way into a database that somebody else made.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use super::{damaged, unsupported};
use crate::error::FormatError;
use crate::limits::Limits;

/// Opens a database of somebody else's making: to read, as a file that nobody changes, without
/// views, triggers, extensions or functions that a schema could call.
///
/// Source: SQLite, Defense against the dark arts (sqlite.org/security.html).
pub(super) fn connect(path: &Path, limits: &Limits) -> Result<Connection, FormatError> {
    // What a program has not yet moved into the file would be missing without a word.
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(unsupported(path, "another program has it open; close it there first"));
    }
    let damaged = |cause| damaged(path, limits, cause);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let absolute = std::path::absolute(path)
        .map_err(|cause| FormatError::Open { path: path.to_owned(), cause })?;
    let connection = Connection::open_with_flags(uri(&absolute), flags).map_err(damaged)?;
    for (config, is_on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
    ] {
        connection.set_db_config(config, is_on).map_err(damaged)?;
    }
    let length = i32::try_from(limits.feature_bytes).unwrap_or(i32::MAX);
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_LENGTH, length),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, most).map_err(damaged)?;
    }
    connection
        .execute_batch(
            "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA query_only = ON; \
             PRAGMA temp_store = MEMORY;",
        )
        .map_err(damaged)?;
    Ok(connection)
}

/// A path as SQLite wants it where it is told that nobody changes the file.
fn uri(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    let text = path.as_os_str().as_encoded_bytes();
    if !text.starts_with(b"/") {
        uri.push('/');
    }
    for byte in text {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'/' | b':' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?mode=ro&immutable=1");
    uri
}
