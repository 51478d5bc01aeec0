//! Words for life stages, reproductive conditions and behaviours, and what they imply.
//!
//! Not a standard: a table of the words that field data use, so that a rule about chicks is not
//! missed where the record says `pullus`. A word that is not here is not understood, and a rule that
//! asks then applies.
//!
//! Source: Darwin Core examples of lifeStage, reproductiveCondition and behavior; the GBIF life
//! stage vocabulary for most words of the first block.

/// Whether a word or phrase is known.
pub fn is_known_trait(text: &str) -> bool {
    implied(&text.to_lowercase()).is_some()
}

/// What a rule that uses the word asks for.
pub(super) fn meaning(word: &str) -> Option<&'static str> {
    implied(word)?.first().copied()
}

/// What is true, or may be true, of a record that uses the word; the first is the word's own meaning.
pub(super) fn implied(word: &str) -> Option<&'static [&'static str]> {
    let one = word.strip_suffix('s').unwrap_or(word);
    TRAITS
        .iter()
        .find(|(words, _)| words.contains(&word) || words.contains(&one))
        .map(|(_, implied)| *implied)
}

type Trait = (&'static [&'static str], &'static [&'static str]);

#[rustfmt::skip]
const TRAITS: &[Trait] = &[
    (&["ad", "adult", "adulte", "adulto", "imago", "mature", "queen", "worker", "drone"], &["adult"]),
    (&["clutch", "egg", "eggs", "ei", "eier", "ova", "ovum", "with eggs"], &["egg", "nesting", "breeding"]),
    (&["embryo", "foetus", "fetus"], &["embryo"]),
    (&["ammocoete", "caterpillar", "glochidium", "grub", "larva", "larvae", "larval", "leptocephalus", "maggot", "nauplius", "planula", "polliwog", "pollywog", "tadpole", "trochophore", "veliger", "zoea"], &["larva"]),
    (&["instar", "nymph"], &["nymph", "larva"]),
    (&["chrysalis", "cocoon", "pupa", "pupae", "pupal"], &["pupa"]),
    (&["chick", "fledgeling", "fledgling", "hatchling", "nestling", "pulli", "pullus", "with chicks"], &["chick", "nesting", "breeding"]),
    (&["baby", "calf", "calve", "cub", "fawn", "foal", "infant", "joey", "kid", "kit", "kitten", "lamb", "neonate", "newborn", "pup", "puppie", "puppy", "whelp", "with pups", "with young"], &["pup", "breeding"]),
    (&["young", "offspring"], &["young", "chick", "pup", "juvenile", "breeding"]),
    (&["1cy", "2cy", "eft", "elver", "first-year", "fry", "imm", "immature", "juv", "juvenil", "juvenile", "parr", "sub-adult", "subad", "subadult", "yearling"], &["juvenile", "young"]),
    (&["seed", "spore"], &["seed"]),
    (&["sapling", "seedling"], &["seedling"]),
    (&["gametophyte", "protonema", "sporophyte"], &["moss stage"]),

    (&["breeding", "in breeding condition", "reproducing", "reproductive", "sexually active"], &["breeding", "nesting", "egg", "chick", "pup", "pregnant", "lactating", "mating", "spawning", "denning", "young"]),
    (&["brooding", "carrying food", "feeding young", "incubating", "incubation", "nest", "nest building", "nest-building", "nesting", "occupied nest", "on eggs", "on nest"], &["nesting", "breeding", "egg", "chick", "young"]),
    (&["berried", "gravid", "pregnancy", "pregnant"], &["pregnant", "breeding"]),
    (&["lactating", "lactation", "nursing", "suckling"], &["lactating", "breeding", "pup", "young"]),
    (&["spawning", "ripe", "running ripe"], &["spawning", "breeding"]),
    (&["anthesis", "bloom", "blooming", "flower", "flowering", "in bloom", "in flower"], &["flowering"]),
    (&["bud", "budding", "in bud"], &["budding", "flowering"]),
    (&["fertile", "fruit", "fruiting", "in fruit", "seeding"], &["fruiting"]),
    (&["non-breeding", "non-reproductive", "nonbreeding", "nonreproductive", "sterile", "vegetative"], &["not breeding"]),

    (&["copulating", "copulation", "courting", "courtship", "display", "displaying", "lek", "lekking", "mating", "pair", "rutting"], &["mating", "breeding"]),
    (&["colony", "rookery"], &["colony", "nesting", "breeding", "roosting"]),
    (&["roost", "roosting", "sleeping"], &["roosting"]),
    (&["den", "denning", "lair", "sett", "holt"], &["denning", "breeding", "roosting"]),
    (&["hibernating", "hibernation", "overwintering", "torpid", "torpor"], &["hibernating", "roosting"]),
    (&["molting", "moulting", "moult"], &["moulting"]),
    (&["alarm", "alarm calling", "alert", "distraction display", "territorial"], &["territorial", "breeding"]),
    (&["booming", "call", "calling", "drumming", "singing", "song", "vocalising", "vocalizing"], &["singing", "mating"]),
    (&["browsing", "drinking", "eating", "feeding", "foraging", "grazing", "hunting", "preying"], &["foraging"]),
    (&["flight", "flying", "flying over", "in flight", "overhead", "passing", "soaring"], &["flying"]),
    (&["migrating", "migration", "on passage", "passage"], &["migrating"]),
    (&["basking", "loafing", "perched", "perching", "resting", "sitting", "standing"], &["resting"]),
    (&["climbing", "moving", "running", "swimming", "travelling", "traveling", "walking"], &["moving"]),
    (&["dead", "roadkill"], &["dead"]),
    (&["alive", "live"], &["alive"]),
];
