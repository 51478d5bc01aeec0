//! The species of the demo: real ones of European fens, with how often and when they are met.

use Group::{Amphibian, Bird, Dragonfly, Fish, Leech, Lepidopteran, Mammal, Plant};

/// What a species is, and how often a visit meets it.
#[derive(Debug)]
pub(super) struct Species {
    pub(super) name: &'static str,
    pub(super) authorship: &'static str,
    pub(super) vernacular: &'static str,
    pub(super) group: Group,
    pub(super) family: &'static str,
    /// Chance in percent that a plot visit within its months meets it.
    pub(super) percent: u32,
    /// The largest count of one visit.
    pub(super) most: u32,
}

/// The higher group of a species, which also says when it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Amphibian,
    Bird,
    Dragonfly,
    Fish,
    Leech,
    Lepidopteran,
    Mammal,
    Plant,
}

impl Group {
    /// Kingdom, class, order where one holds for the whole group.
    pub(super) fn ranks(self) -> [&'static str; 3] {
        match self {
            Self::Amphibian => ["Animalia", "Amphibia", "Anura"],
            Self::Bird => ["Animalia", "Aves", ""],
            Self::Dragonfly => ["Animalia", "Insecta", "Odonata"],
            Self::Fish => ["Animalia", "Actinopterygii", ""],
            Self::Leech => ["Animalia", "Clitellata", "Arhynchobdellida"],
            Self::Lepidopteran => ["Animalia", "Insecta", "Lepidoptera"],
            Self::Mammal => ["Animalia", "Mammalia", ""],
            Self::Plant => ["Plantae", "", ""],
        }
    }

    /// First and last month of the year.
    pub(super) fn months(self) -> (u32, u32) {
        match self {
            Self::Bird | Self::Fish | Self::Mammal => (1, 12),
            Self::Amphibian | Self::Leech => (3, 9),
            Self::Dragonfly | Self::Lepidopteran => (5, 9),
            Self::Plant => (4, 10),
        }
    }

    /// What was found, in the words of Darwin Core.
    pub(super) fn stage(self) -> &'static str {
        if self == Self::Plant { "" } else { "adult" }
    }
}

const fn one(
    name: &'static str,
    authorship: &'static str,
    vernacular: &'static str,
    group: Group,
    family: &'static str,
    [percent, most]: [u32; 2],
) -> Species {
    Species { name, authorship, vernacular, group, family, percent, most }
}

/// Species that nobody needs to hide.
#[rustfmt::skip]
pub(super) const COMMON: [Species; 104] = [
    one("Acrocephalus scirpaceus", "(Hermann, 1804)", "common reed warbler", Bird, "Acrocephalidae", [78, 14]),
    one("Acrocephalus schoenobaenus", "(Linnaeus, 1758)", "sedge warbler", Bird, "Acrocephalidae", [70, 12]),
    one("Emberiza schoeniclus", "(Linnaeus, 1758)", "common reed bunting", Bird, "Emberizidae", [72, 9]),
    one("Cettia cetti", "(Temminck, 1820)", "Cetti's warbler", Bird, "Cettiidae", [66, 6]),
    one("Locustella naevia", "(Boddaert, 1783)", "common grasshopper warbler", Bird, "Locustellidae", [30, 3]),
    one("Rallus aquaticus", "Linnaeus, 1758", "water rail", Bird, "Rallidae", [44, 4]),
    one("Gallinula chloropus", "(Linnaeus, 1758)", "common moorhen", Bird, "Rallidae", [74, 11]),
    one("Fulica atra", "Linnaeus, 1758", "Eurasian coot", Bird, "Rallidae", [76, 80]),
    one("Ardea cinerea", "Linnaeus, 1758", "grey heron", Bird, "Ardeidae", [68, 7]),
    one("Egretta garzetta", "(Linnaeus, 1766)", "little egret", Bird, "Ardeidae", [55, 6]),
    one("Podiceps cristatus", "(Linnaeus, 1758)", "great crested grebe", Bird, "Podicipedidae", [62, 12]),
    one("Tachybaptus ruficollis", "(Pallas, 1764)", "little grebe", Bird, "Podicipedidae", [52, 8]),
    one("Phalacrocorax carbo", "(Linnaeus, 1758)", "great cormorant", Bird, "Phalacrocoracidae", [58, 30]),
    one("Anas platyrhynchos", "Linnaeus, 1758", "mallard", Bird, "Anatidae", [86, 120]),
    one("Anas crecca", "Linnaeus, 1758", "Eurasian teal", Bird, "Anatidae", [48, 90]),
    one("Spatula clypeata", "(Linnaeus, 1758)", "northern shoveler", Bird, "Anatidae", [42, 40]),
    one("Mareca strepera", "(Linnaeus, 1758)", "gadwall", Bird, "Anatidae", [56, 50]),
    one("Mareca penelope", "(Linnaeus, 1758)", "Eurasian wigeon", Bird, "Anatidae", [36, 150]),
    one("Aythya fuligula", "(Linnaeus, 1758)", "tufted duck", Bird, "Anatidae", [60, 60]),
    one("Aythya ferina", "(Linnaeus, 1758)", "common pochard", Bird, "Anatidae", [38, 35]),
    one("Cygnus olor", "(Gmelin, 1789)", "mute swan", Bird, "Anatidae", [72, 18]),
    one("Anser anser", "(Linnaeus, 1758)", "greylag goose", Bird, "Anatidae", [64, 140]),
    one("Branta canadensis", "(Linnaeus, 1758)", "Canada goose", Bird, "Anatidae", [40, 60]),
    one("Vanellus vanellus", "(Linnaeus, 1758)", "northern lapwing", Bird, "Charadriidae", [50, 70]),
    one("Gallinago gallinago", "(Linnaeus, 1758)", "common snipe", Bird, "Scolopacidae", [46, 16]),
    one("Tringa totanus", "(Linnaeus, 1758)", "common redshank", Bird, "Scolopacidae", [44, 9]),
    one("Chroicocephalus ridibundus", "(Linnaeus, 1766)", "black-headed gull", Bird, "Laridae", [70, 160]),
    one("Sterna hirundo", "Linnaeus, 1758", "common tern", Bird, "Laridae", [34, 22]),
    one("Cuculus canorus", "Linnaeus, 1758", "common cuckoo", Bird, "Cuculidae", [36, 3]),
    one("Alcedo atthis", "(Linnaeus, 1758)", "common kingfisher", Bird, "Alcedinidae", [38, 2]),
    one("Hirundo rustica", "Linnaeus, 1758", "barn swallow", Bird, "Hirundinidae", [58, 60]),
    one("Riparia riparia", "(Linnaeus, 1758)", "sand martin", Bird, "Hirundinidae", [40, 50]),
    one("Motacilla alba", "Linnaeus, 1758", "white wagtail", Bird, "Motacillidae", [54, 8]),
    one("Motacilla flava", "Linnaeus, 1758", "western yellow wagtail", Bird, "Motacillidae", [28, 6]),
    one("Anthus pratensis", "(Linnaeus, 1758)", "meadow pipit", Bird, "Motacillidae", [50, 20]),
    one("Troglodytes troglodytes", "(Linnaeus, 1758)", "Eurasian wren", Bird, "Troglodytidae", [80, 9]),
    one("Erithacus rubecula", "(Linnaeus, 1758)", "European robin", Bird, "Muscicapidae", [74, 6]),
    one("Sylvia atricapilla", "(Linnaeus, 1758)", "Eurasian blackcap", Bird, "Sylviidae", [56, 6]),
    one("Phylloscopus collybita", "(Vieillot, 1817)", "common chiffchaff", Bird, "Phylloscopidae", [64, 7]),
    one("Parus major", "Linnaeus, 1758", "great tit", Bird, "Paridae", [66, 8]),
    one("Falco tinnunculus", "Linnaeus, 1758", "common kestrel", Bird, "Falconidae", [44, 3]),
    one("Buteo buteo", "(Linnaeus, 1758)", "common buzzard", Bird, "Accipitridae", [52, 4]),
    one("Strix aluco", "Linnaeus, 1758", "tawny owl", Bird, "Strigidae", [22, 2]),
    one("Sturnus vulgaris", "Linnaeus, 1758", "common starling", Bird, "Sturnidae", [56, 400]),
    one("Rana temporaria", "Linnaeus, 1758", "common frog", Amphibian, "Ranidae", [62, 30]),
    one("Bufo bufo", "(Linnaeus, 1758)", "common toad", Amphibian, "Bufonidae", [52, 24]),
    one("Pelophylax lessonae", "(Camerano, 1882)", "pool frog", Amphibian, "Ranidae", [24, 9]),
    one("Esox lucius", "Linnaeus, 1758", "northern pike", Fish, "Esocidae", [30, 3]),
    one("Rutilus rutilus", "(Linnaeus, 1758)", "roach", Fish, "Leuciscidae", [38, 60]),
    one("Perca fluviatilis", "Linnaeus, 1758", "European perch", Fish, "Percidae", [34, 25]),
    one("Tinca tinca", "(Linnaeus, 1758)", "tench", Fish, "Tincidae", [26, 5]),
    one("Gasterosteus aculeatus", "Linnaeus, 1758", "three-spined stickleback", Fish, "Gasterosteidae", [36, 40]),
    one("Micromys minutus", "(Pallas, 1771)", "harvest mouse", Mammal, "Muridae", [24, 4]),
    one("Clethrionomys glareolus", "(Schreber, 1780)", "bank vole", Mammal, "Cricetidae", [34, 5]),
    one("Neomys fodiens", "(Pennant, 1771)", "Eurasian water shrew", Mammal, "Soricidae", [20, 2]),
    one("Capreolus capreolus", "(Linnaeus, 1758)", "roe deer", Mammal, "Cervidae", [48, 4]),
    one("Vulpes vulpes", "(Linnaeus, 1758)", "red fox", Mammal, "Canidae", [36, 2]),
    one("Aeshna grandis", "(Linnaeus, 1758)", "brown hawker", Dragonfly, "Aeshnidae", [62, 12]),
    one("Aeshna isoceles", "(Müller, 1767)", "green-eyed hawker", Dragonfly, "Aeshnidae", [34, 6]),
    one("Aeshna mixta", "Latreille, 1805", "migrant hawker", Dragonfly, "Aeshnidae", [52, 20]),
    one("Anax imperator", "Leach, 1815", "blue emperor", Dragonfly, "Aeshnidae", [48, 6]),
    one("Brachytron pratense", "(Müller, 1764)", "hairy hawker", Dragonfly, "Aeshnidae", [44, 9]),
    one("Libellula quadrimaculata", "Linnaeus, 1758", "four-spotted chaser", Dragonfly, "Libellulidae", [64, 30]),
    one("Libellula fulva", "Müller, 1764", "blue chaser", Dragonfly, "Libellulidae", [36, 8]),
    one("Orthetrum cancellatum", "(Linnaeus, 1758)", "black-tailed skimmer", Dragonfly, "Libellulidae", [58, 18]),
    one("Sympetrum striolatum", "(Charpentier, 1840)", "common darter", Dragonfly, "Libellulidae", [66, 40]),
    one("Ischnura elegans", "(Vander Linden, 1820)", "common bluetail", Dragonfly, "Coenagrionidae", [78, 90]),
    one("Enallagma cyathigerum", "(Charpentier, 1840)", "common blue damselfly", Dragonfly, "Coenagrionidae", [70, 120]),
    one("Coenagrion puella", "(Linnaeus, 1758)", "azure bluet", Dragonfly, "Coenagrionidae", [72, 70]),
    one("Erythromma najas", "(Hansemann, 1823)", "large redeye", Dragonfly, "Coenagrionidae", [54, 30]),
    one("Calopteryx splendens", "(Harris, 1780)", "banded demoiselle", Dragonfly, "Calopterygidae", [56, 40]),
    one("Aglais io", "(Linnaeus, 1758)", "peacock", Lepidopteran, "Nymphalidae", [58, 14]),
    one("Vanessa atalanta", "(Linnaeus, 1758)", "red admiral", Lepidopteran, "Nymphalidae", [54, 10]),
    one("Pieris napi", "(Linnaeus, 1758)", "green-veined white", Lepidopteran, "Pieridae", [66, 25]),
    one("Anthocharis cardamines", "(Linnaeus, 1758)", "orange-tip", Lepidopteran, "Pieridae", [38, 9]),
    one("Celastrina argiolus", "(Linnaeus, 1758)", "holly blue", Lepidopteran, "Lycaenidae", [32, 6]),
    one("Euthrix potatoria", "(Linnaeus, 1758)", "drinker", Lepidopteran, "Lasiocampidae", [42, 18]),
    one("Mythimna impura", "(Hübner, 1808)", "smoky wainscot", Lepidopteran, "Noctuidae", [46, 35]),
    one("Leucania obsoleta", "(Hübner, 1803)", "obscure wainscot", Lepidopteran, "Noctuidae", [30, 12]),
    one("Phragmites australis", "(Cav.) Trin. ex Steud.", "common reed", Plant, "Poaceae", [92, 400]),
    one("Cladium mariscus", "(L.) Pohl", "great fen-sedge", Plant, "Cyperaceae", [58, 120]),
    one("Typha latifolia", "L.", "bulrush", Plant, "Typhaceae", [56, 60]),
    one("Typha angustifolia", "L.", "lesser bulrush", Plant, "Typhaceae", [48, 60]),
    one("Carex riparia", "Curtis", "greater pond sedge", Plant, "Cyperaceae", [66, 90]),
    one("Carex elata", "All.", "tufted sedge", Plant, "Cyperaceae", [44, 50]),
    one("Carex paniculata", "L.", "greater tussock sedge", Plant, "Cyperaceae", [46, 30]),
    one("Juncus effusus", "L.", "soft rush", Plant, "Juncaceae", [64, 90]),
    one("Juncus subnodulosus", "Schrank", "blunt-flowered rush", Plant, "Juncaceae", [48, 90]),
    one("Iris pseudacorus", "L.", "yellow iris", Plant, "Iridaceae", [66, 30]),
    one("Lythrum salicaria", "L.", "purple loosestrife", Plant, "Lythraceae", [70, 40]),
    one("Filipendula ulmaria", "(L.) Maxim.", "meadowsweet", Plant, "Rosaceae", [74, 80]),
    one("Eupatorium cannabinum", "L.", "hemp-agrimony", Plant, "Asteraceae", [62, 40]),
    one("Lysimachia vulgaris", "L.", "yellow loosestrife", Plant, "Primulaceae", [54, 40]),
    one("Thelypteris palustris", "Schott", "marsh fern", Plant, "Thelypteridaceae", [38, 60]),
    one("Peucedanum palustre", "(L.) Moench", "milk-parsley", Plant, "Apiaceae", [42, 25]),
    one("Hydrocharis morsus-ranae", "L.", "frogbit", Plant, "Hydrocharitaceae", [46, 80]),
    one("Stratiotes aloides", "L.", "water soldier", Plant, "Hydrocharitaceae", [32, 70]),
    one("Nymphaea alba", "L.", "white water-lily", Plant, "Nymphaeaceae", [44, 30]),
    one("Nuphar lutea", "(L.) Sm.", "yellow water-lily", Plant, "Nymphaeaceae", [50, 30]),
    one("Utricularia vulgaris", "L.", "greater bladderwort", Plant, "Lentibulariaceae", [28, 20]),
    one("Menyanthes trifoliata", "L.", "bogbean", Plant, "Menyanthaceae", [30, 40]),
    one("Caltha palustris", "L.", "marsh marigold", Plant, "Ranunculaceae", [52, 40]),
    one("Alnus glutinosa", "(L.) Gaertn.", "common alder", Plant, "Betulaceae", [60, 25]),
    one("Salix cinerea", "L.", "grey willow", Plant, "Salicaceae", [70, 25]),
];

/// Species on the rule list of the demo.
#[rustfmt::skip]
pub(super) const LISTED: [Species; 16] = [
    one("Botaurus stellaris", "(Linnaeus, 1758)", "Eurasian bittern", Bird, "Ardeidae", [0, 1]),
    one("Circus aeruginosus", "(Linnaeus, 1758)", "western marsh harrier", Bird, "Accipitridae", [0, 4]),
    one("Circus cyaneus", "(Linnaeus, 1766)", "hen harrier", Bird, "Accipitridae", [0, 9]),
    one("Panurus biarmicus", "(Linnaeus, 1758)", "bearded reedling", Bird, "Panuridae", [0, 14]),
    one("Grus grus", "(Linnaeus, 1758)", "common crane", Bird, "Gruidae", [0, 2]),
    one("Plecotus auritus", "(Linnaeus, 1758)", "brown long-eared bat", Mammal, "Vespertilionidae", [0, 38]),
    one("Myotis daubentonii", "(Kuhl, 1817)", "Daubenton's bat", Mammal, "Vespertilionidae", [0, 60]),
    one("Pipistrellus nathusii", "(Keyserling & Blasius, 1839)", "Nathusius's pipistrelle", Mammal, "Vespertilionidae", [0, 45]),
    one("Lutra lutra", "(Linnaeus, 1758)", "Eurasian otter", Mammal, "Mustelidae", [0, 2]),
    one("Liparis loeselii", "(L.) Rich.", "fen orchid", Plant, "Orchidaceae", [0, 40]),
    one("Dactylorhiza incarnata", "(L.) Soó", "early marsh-orchid", Plant, "Orchidaceae", [0, 60]),
    one("Dactylorhiza praetermissa", "(Druce) Soó", "southern marsh-orchid", Plant, "Orchidaceae", [0, 90]),
    one("Epipactis palustris", "(L.) Crantz", "marsh helleborine", Plant, "Orchidaceae", [0, 50]),
    one("Papilio machaon", "Linnaeus, 1758", "swallowtail", Lepidopteran, "Papilionidae", [0, 6]),
    one("Anguilla anguilla", "(Linnaeus, 1758)", "European eel", Fish, "Anguillidae", [0, 12]),
    one("Hirudo medicinalis", "Linnaeus, 1758", "medicinal leech", Leech, "Hirudinidae", [0, 8]),
];

/// A listed species by its name.
pub(super) fn listed(name: &str) -> Option<&'static Species> {
    LISTED.iter().find(|species| species.name == name)
}
