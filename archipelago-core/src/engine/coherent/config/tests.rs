//! What is taken, and what is refused in which words.

use super::*;

#[test]
fn presets_are_within_the_limits() {
    for preset in CoherentConfig::PRESETS {
        let config = CoherentConfig::preset(preset).unwrap();
        for name in CoherentConfig::parameters() {
            let value = config.get(name).unwrap();
            assert_eq!(config.with(name, value), Ok(config), "{preset}: {name}");
        }
    }
    assert_eq!(CoherentConfig::balanced(), CoherentConfig::default());
}

#[test]
fn refusals_name_field_value_and_what_is_allowed() {
    let said = |name, value| {
        let refused = CoherentConfig::balanced().with(name, value);
        refused.unwrap_err().to_string()
    };
    assert_eq!(said("mix", 1.5), "mix is 1.5: it must be from 0 to 1");
    assert_eq!(
        said("margin", f64::NAN),
        "margin is NaN: it must be from 0.01 to 3"
    );
    assert_eq!(
        said("chain_length", 2.5),
        "chain_length is 2.5: it must be a whole number from 1 to 6"
    );
    assert_eq!(
        said("radius_m", 65.0),
        "radius_m is 65: it must be at most 4 times kernel_cell_m, which is 16"
    );
    assert!(
        said("depth", 1.0)
            .starts_with("there is no parameter \"depth\": it must be one of kernel_cell_m, ")
    );
    let preset = CoherentConfig::preset("calmer").unwrap_err();
    assert_eq!(
        preset.to_string(),
        "there is no preset \"calmer\": it must be one of tight, balanced, calm, saver"
    );
}

#[test]
fn parameters_go_together_in_any_order_or_not_at_all() {
    let set = |given: [(&str, f64); 2]| CoherentConfig::balanced().with_all(given);
    for (cell_m, radius_m) in [(50.0, 100.0), (1.0, 4.0)] {
        let config = set([("kernel_cell_m", cell_m), ("radius_m", radius_m)]).unwrap();
        assert_eq!(config.get("kernel_cell_m"), Some(cell_m));
        assert_eq!(config.get("radius_m"), Some(radius_m));
        let turned = set([("radius_m", radius_m), ("kernel_cell_m", cell_m)]);
        assert_eq!(turned, Ok(config));
    }
    let said = |given| set(given).unwrap_err().to_string();
    for given in [
        [("kernel_cell_m", 1.0), ("radius_m", 5.0)],
        [("radius_m", 5.0), ("kernel_cell_m", 1.0)],
    ] {
        assert_eq!(
            said(given),
            "radius_m is 5: it must be at most 4 times kernel_cell_m, which is 1"
        );
    }
    assert_eq!(
        said([("mix", 0.5), ("mix", 0.5)]),
        "mix is given twice: it must be given once"
    );
}

#[test]
fn whole_numbers_stay_whole() {
    let config = CoherentConfig::balanced().with("chain_length", 6.0);
    assert_eq!(config.unwrap().get("chain_length"), Some(6.0));
}
