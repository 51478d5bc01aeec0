//! Examples for the help and the manual pages of the commands.

/// Of `reedbed explain`.
pub(crate) const EXPLAIN: &str = "\
Examples:
  Why a record is told as it is in the public copy:
    reedbed explain records.zip --rules rules.csv --record NM-2021-0417
  The same for a partner, with boundaries, for a program:
    reedbed explain records.zip --rules rules.csv --area reserve.geojson --record NM-2021-0417 \
--for partner --output json";

/// Of `reedbed inspect`.
pub(crate) const INSPECT: &str = "\
Examples:
  What an archive holds, and what of it cannot be read:
    reedbed inspect records.zip
  Events and records that belong together, with another delimiter, one fact per line:
    reedbed inspect events.txt records.txt --delimiter '|' --output plain";

/// Of `reedbed rules check`.
pub(crate) const RULES_CHECK: &str = "\
Examples:
  What is unclear, outdated or contradictory in a list:
    reedbed rules check rules.csv
  Whether its areas and names are known:
    reedbed rules check rules.csv --area reserve.geojson --taxonomy checklist.zip";

/// Of `reedbed share`.
pub(crate) const SHARE: &str = "\
Examples:
  A copy for everyone, and a report for the steward:
    reedbed share records.zip --rules rules.csv -o out
  Events and records for one partner, under terms, with the key of the last copy:
    reedbed share events.csv records.csv --rules rules.csv --area reserve.geojson --for partner \
--to 'University of Somewhere' --terms terms.md --key pseudonyms.key -o partner";

/// Of `reedbed attack`.
pub(crate) const ATTACK: &str = "\
Examples:
  Whether a copy can be turned back, and by what:
    reedbed attack out/package --rules rules.csv
  What an attacker can do who has an earlier copy besides; as JSON the claims tell the places that \
they found, so keep that output as you keep the records:
    reedbed attack published.zip --rules rules.csv --known earlier.zip --output json
  What two partners know together, and whoever has the boundaries of the counties:
    reedbed attack one.zip --rules rules.csv --steps 1 --with other.zip --clip counties.geojson";
