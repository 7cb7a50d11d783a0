//! The deployment's configuration, parsed once an isolate.

use std::cell::OnceCell;
use std::rc::Rc;

use archipelago_core::config::{Config, ConfigError};
use worker::Env;

thread_local! {
    static CONFIG: OnceCell<Result<Rc<Config>, ConfigError>> = const { OnceCell::new() };
}

/// The configuration; a variable that holds something it may not is an error that names it.
pub fn config(env: &Env) -> Result<Rc<Config>, ConfigError> {
    // Variables and secrets look the same from here.
    let variable = |name: &str| env.var(name).ok().map(|value| value.to_string());
    CONFIG.with(|config| {
        config
            .get_or_init(|| Config::read(variable).map(Rc::new))
            .clone()
    })
}
