use super::*;

fn code(text: &str) -> Option<u16> {
    read(text).and_then(|read| read.code)
}

const GCS_AMERSFOORT: &str = r#"GEOGCS["GCS_Amersfoort",DATUM["D_Amersfoort",SPHEROID["Bessel_1841",6377397.155,299.1528128]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;
const GCS_ETRS: &str = r#"GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;
const GCS_WGS: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

fn tm(name: &str, base: &str, numbers: [f64; 5]) -> String {
    let [x, y, lon, scale, lat] = numbers;
    format!(
        r#"PROJCS["{name}",{base},PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",{x}],PARAMETER["False_Northing",{y}],PARAMETER["Central_Meridian",{lon}],PARAMETER["Scale_Factor",{scale}],PARAMETER["Latitude_Of_Origin",{lat}],UNIT["Meter",1.0]]"#
    )
}

fn rd_new(x: &str) -> String {
    format!(
        r#"PROJCS["RD_New",{GCS_AMERSFOORT},PROJECTION["Double_Stereographic"],PARAMETER["False_Easting",{x}],PARAMETER["False_Northing",463000.0],PARAMETER["Central_Meridian",5.38763888888889],PARAMETER["Scale_Factor",0.9999079],PARAMETER["Latitude_Of_Origin",52.15616055555555],UNIT["Meter",1.0]]"#
    )
}

#[test]
fn systems_as_esri_writes_them_are_known() {
    for (text, expected) in [
        (GCS_WGS.to_owned(), 4326),
        (GCS_AMERSFOORT.to_owned(), 4289),
        (GCS_ETRS.to_owned(), 4258),
        (rd_new("155000.0"), 28992),
        (tm("WGS_1984_UTM_Zone_31N", GCS_WGS, [500_000.0, 0.0, 3.0, 0.9996, 0.0]), 32631),
        (tm("WGS_1984_UTM_Zone_33S", GCS_WGS, [500_000.0, 1e7, 15.0, 0.9996, 0.0]), 32733),
        (
            format!(
                r#"PROJCS["ETRS_1989_LAEA",{GCS_ETRS},PROJECTION["Lambert_Azimuthal_Equal_Area"],PARAMETER["False_Easting",4321000.0],PARAMETER["False_Northing",3210000.0],PARAMETER["Central_Meridian",10.0],PARAMETER["Latitude_Of_Origin",52.0],UNIT["Meter",1.0]]"#
            ),
            3035,
        ),
        (
            r#"PROJCS["Belge_Lambert_1972",GEOGCS["GCS_Belge_1972",DATUM["D_Belge_1972",SPHEROID["International_1924",6378388.0,297.0]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],PARAMETER["False_Easting",150000.013],PARAMETER["False_Northing",5400088.438],PARAMETER["Central_Meridian",4.367486666666666],PARAMETER["Standard_Parallel_1",49.8333339],PARAMETER["Standard_Parallel_2",51.16666723333333],PARAMETER["Latitude_Of_Origin",90.0],UNIT["Meter",1.0]]"#.to_owned(),
            31370,
        ),
        (
            tm(
                "British_National_Grid",
                r#"GEOGCS["GCS_OSGB_1936",DATUM["D_OSGB_1936",SPHEROID["Airy_1830",6377563.396,299.3249646]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#,
                [400_000.0, -100_000.0, -2.0, 0.999_601_271_7, 49.0],
            ),
            27700,
        ),
        (
            format!(
                r#"PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",{GCS_WGS},PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]"#
            ),
            3857,
        ),
    ] {
        assert_eq!(code(&text), Some(expected), "{text}");
    }
    // One system of several that convert alike; which of them is not told by the text.
    let zone = tm("ETRS_1989_UTM_Zone_31N", GCS_ETRS, [500_000.0, 0.0, 3.0, 0.9996, 0.0]);
    assert!(matches!(code(&zone), Some(25831 | 3043)), "{:?}", code(&zone));
}

#[test]
fn a_code_in_the_text_is_taken() {
    let text = rd_new("155000.0");
    let with = text.trim_end_matches(']').to_owned() + r#"],AUTHORITY["EPSG","28992"]]"#;
    assert_eq!(code(&with), Some(28992));
    let compound = format!(r#"COMPD_CS["RD + NAP",{with},VERT_CS["NAP",UNIT["metre",1]]]"#);
    assert_eq!(code(&compound), Some(28992));
    let second =
        r#"GEOGCRS["WGS 84",ENSEMBLE["World Geodetic System 1984 ensemble"],ID["EPSG",4326]]"#;
    assert_eq!(code(second), Some(4326));
}

#[test]
fn a_number_that_differs_is_another_system() {
    let moved = rd_new("155001.0");
    assert_eq!(read(&moved), Some(Prj { name: "RD_New".to_owned(), code: None }));
    for (from, to) in [
        ("Bessel_1841\",6377397.155", "Bessel_1841\",6378137.0"),
        ("GCS_Amersfoort\",DATUM[\"D_Amersfoort", "GCS_Mine\",DATUM[\"D_Mine"),
        ("UNIT[\"Meter\",1.0]", "UNIT[\"Foot\",0.3048]"),
        ("Double_Stereographic", "Stereographic_North_Pole"),
        ("PRIMEM[\"Greenwich\",0.0]", "PRIMEM[\"Paris\",2.337229]"),
        ("0.0174532925199433", "0.0157079632679"),
        ("\"Scale_Factor\"", "\"Something_Else\""),
    ] {
        let changed = rd_new("155000.0").replacen(from, to, 1);
        assert_ne!(changed, rd_new("155000.0"), "{from}");
        assert_eq!(code(&changed), None, "{to}");
    }
}

#[test]
fn what_is_no_system_is_not_read() {
    let deep = "A[".repeat(10_000) + &"]".repeat(10_000);
    for text in ["", "[", "PROJCS[", "PROJCS[\"a", "LOCAL_CS[\"mine\"]", "nonsense", &deep] {
        assert_eq!(read(text), None, "{}", text.len());
    }
}
