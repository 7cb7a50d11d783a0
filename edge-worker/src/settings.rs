//! The deployment's configuration, parsed once an isolate.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

use archipelago_core::config::{Config, ConfigError};
use worker::{Env, State};

use crate::bus::BusError;

thread_local! {
    static REALMS: OnceCell<Result<Realms, ConfigError>> = const { OnceCell::new() };
}

struct Realms {
    first: Rc<Config>,
    /// By name, the first one too.
    all: HashMap<String, Rc<Config>>,
}

/// The configuration, as it holds for the first realm; a variable that holds something it may not is an error that names
/// it.
pub fn config(env: &Env) -> Result<Rc<Config>, ConfigError> {
    with(env, |realms| Rc::clone(&realms.first))
}

/// The configuration as it holds for the realm of this name, for that realm's objects.
pub fn realm(env: &Env, name: &str) -> Result<Rc<Config>, BusError> {
    with(env, |realms| realms.all.get(name).map(Rc::clone))?.ok_or(BusError::NoRealm)
}

/// The configuration as it holds for the realm after which an object is named. An object need not be told its name, and its
/// alarm could not: it has the identity that the name leads to.
pub fn realm_of_object(env: &Env, binding: &str, state: &State) -> Result<Rc<Config>, BusError> {
    let namespace = env.durable_object(binding)?;
    let own = state.id();
    for name in &config(env)?.realms {
        if namespace.id_from_name(name)? == own {
            return realm(env, name);
        }
    }
    Err(BusError::NoRealm)
}

fn with<T>(env: &Env, look: impl FnOnce(&Realms) -> T) -> Result<T, ConfigError> {
    REALMS.with(|realms| match realms.get_or_init(|| read(env)) {
        Ok(realms) => Ok(look(realms)),
        Err(error) => Err(error.clone()),
    })
}

fn read(env: &Env) -> Result<Realms, ConfigError> {
    // Variables and secrets look the same from here.
    let first = Config::read(|name| env.var(name).ok().map(|value| value.to_string()))?;
    let all = first.realms.iter().filter_map(|name| {
        let config = first.of_realm(name)?;
        Some((name.clone(), Rc::new(config)))
    });
    Ok(Realms {
        all: all.collect(),
        first: Rc::new(first),
    })
}
