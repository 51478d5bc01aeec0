//! The report page, in the making.
pub(crate) fn html(summary: &reedbed_engine::summary::Summary) -> String {
    format!("<pre>{}</pre>", summary.records_clear)
}
