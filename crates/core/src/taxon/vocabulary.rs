//! Words that stand in names and are no part of them: ranks, qualifiers, authors' particles.
//!
//! All are compared in lower case and without a full stop.

/// Words that say that the name before or after them is doubtful.
pub(super) fn is_qualifier(word: &str) -> bool {
    matches!(
        word,
        "aff"
            | "affin"
            | "cf"
            | "cfr"
            | "conf"
            | "confer"
            | "likely"
            | "maybe"
            | "near"
            | "nr"
            | "perhaps"
            | "poss"
            | "possible"
            | "possibly"
            | "presumably"
            | "prob"
            | "probable"
            | "probably"
            | "prope"
    )
}

/// Words that stand where a name is not known.
pub(super) fn is_placeholder(word: &str) -> bool {
    matches!(
        word,
        "anonymous"
            | "blank"
            | "gen"
            | "genus"
            | "indet"
            | "indeterminable"
            | "indeterminate"
            | "indeterminatum"
            | "ined"
            | "na"
            | "nan"
            | "nil"
            | "no"
            | "none"
            | "not"
            | "null"
            | "tba"
            | "tbd"
            | "undet"
            | "undetermined"
            | "unid"
            | "unident"
            | "unidentifiable"
            | "unidentified"
            | "unk"
            | "unknown"
            | "unnamed"
            | "unspecified"
            | "various"
    ) || is_open(word)
}

/// Words that leave the species open.
pub(super) fn is_open(word: &str) -> bool {
    matches!(word, "indet" | "sp" | "spec" | "species" | "spp" | "undet" | "unidentified")
}

/// Ranks below the species: an infraspecific epithet or a phrase follows.
pub(super) fn is_rank_below_species(word: &str, has_dot: bool) -> bool {
    matches!(
        word,
        "ab" | "aberration"
            | "bv"
            | "convar"
            | "fma"
            | "fo"
            | "form"
            | "forma"
            | "infrasp"
            | "lusus"
            | "morph"
            | "morpha"
            | "mut"
            | "natio"
            | "nothof"
            | "nothosubsp"
            | "nothovar"
            | "nssp"
            | "nvar"
            | "prol"
            | "proles"
            | "pv"
            | "race"
            | "ssp"
            | "subf"
            | "subforma"
            | "subsp"
            | "subspec"
            | "subspecies"
            | "subvar"
            | "var"
            | "variety"
    ) || has_dot && matches!(word, "f" | "m" | "v")
}

/// Ranks between genus and species: what follows is no epithet of a species.
pub(super) fn is_rank_above_species(word: &str) -> bool {
    matches!(
        word,
        "sect"
            | "section"
            | "ser"
            | "series"
            | "subg"
            | "subgen"
            | "subgenus"
            | "subsect"
            | "subser"
    )
}

/// Words that widen a name to a group of species.
pub(super) fn is_aggregate(word: &str) -> bool {
    matches!(
        word,
        "agg" | "aggr" | "aggregate" | "complex" | "cplx" | "group" | "grp" | "sl" | "superspecies"
    )
}

/// Words that join two names of which one is meant.
pub(super) fn is_alternative(word: &str) -> bool {
    matches!(word, "and" | "et" | "oder" | "or" | "ou" | "und" | "vel")
}

/// Small words in authors' names and citations.
pub(super) fn is_particle(word: &str) -> bool {
    matches!(
        word,
        "al" | "apud"
            | "auct"
            | "d"
            | "da"
            | "dal"
            | "das"
            | "de"
            | "degli"
            | "del"
            | "della"
            | "dem"
            | "den"
            | "der"
            | "des"
            | "di"
            | "do"
            | "dos"
            | "du"
            | "el"
            | "emend"
            | "et"
            | "ex"
            | "f"
            | "fil"
            | "hort"
            | "in"
            | "la"
            | "le"
            | "non"
            | "nec"
            | "ter"
            | "ten"
            | "van"
            | "von"
            | "vom"
            | "y"
            | "zu"
            | "zur"
    )
}
