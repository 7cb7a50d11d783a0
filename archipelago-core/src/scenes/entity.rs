use serde::Deserialize;
use serde::de::MapAccess;
use serde::de::value::MapAccessDeserializer;

use crate::protocol::limits::{SCENE_FILES_MAX, SCENE_PARCELS_MAX, SCENE_POINTERS_MAX};

use super::lenient::{Any, Lenient, List, Object};
use super::{Parcel, surrogates};

/// A scene that is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// The entity's id: a content hash.
    pub id: String,
    /// The title; empty if it has none.
    pub name: String,
    /// The parcel that its coordinates are counted from.
    pub base: Parcel,
    /// All its parcels; there is one at least.
    pub parcels: Vec<Parcel>,
    /// The picture for the map.
    pub thumbnail: Option<Thumbnail>,
    /// The name of whom to contact.
    pub creator: Option<String>,
    /// The project that it was published from.
    pub project_id: Option<String>,
    /// What it says about itself.
    pub description: Option<String>,
}

/// Where a scene's picture is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thumbnail {
    /// Anywhere: an absolute URL.
    Url(String),
    /// A file of the scene, by its hash.
    File(String),
}

/// Reads a content server's answer about active entities: the scenes among them. None if it is no list.
///
/// What a scene does not say, or says in another type than it should, is absent. One that does not say where it is, is
/// where its pointers are; without those, or without an id, it is left out.
pub fn read_scenes(mut body: Vec<u8>) -> Option<Vec<Scene>> {
    // White space may come first.
    if body.trim_ascii_start().first() != Some(&b'[') {
        return None;
    }
    surrogates::mend(&mut body);
    let Any(List(scenes)): Any<List<Scene, SCENE_POINTERS_MAX>> =
        serde_json::from_slice(&body).ok()?;
    Some(scenes)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entity {
    id: Any<Option<String>>,
    r#type: Any<Option<String>>,
    pointers: Any<List<Parcel, SCENE_PARCELS_MAX>>,
    content: Any<List<File, SCENE_FILES_MAX>>,
    metadata: Any<Object<Metadata>>,
}

struct File {
    name: String,
    hash: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FileEntry {
    file: Any<Option<String>>,
    hash: Any<Option<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    display: Any<Object<Display>>,
    scene: Any<Object<Place>>,
    contact: Any<Object<Contact>>,
    source: Any<Object<Source>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Display {
    title: Any<Option<String>>,
    navmap_thumbnail: Any<Option<String>>,
    description: Any<Option<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Place {
    base: Any<Option<Parcel>>,
    parcels: Any<List<Parcel, SCENE_PARCELS_MAX>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Contact {
    name: Any<Option<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Source {
    project_id: Any<Option<String>>,
}

impl<'de> Lenient<'de> for Option<Scene> {
    fn of_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        Entity::deserialize(MapAccessDeserializer::new(object)).map(Entity::into_scene)
    }
}

impl<'de> Lenient<'de> for Option<File> {
    fn of_object<A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        let entry = FileEntry::deserialize(MapAccessDeserializer::new(object))?;
        let file = entry.file.0.zip(entry.hash.0);
        Ok(file.map(|(name, hash)| File { name, hash }))
    }
}

impl Entity {
    fn into_scene(self) -> Option<Scene> {
        let Any(List(pointers)) = self.pointers;
        let Any(List(files)) = self.content;
        let Any(Object(Metadata {
            display,
            scene,
            contact,
            source,
        })) = self.metadata;
        let (Any(Object(display)), Any(Object(place))) = (display, scene);
        if self.r#type.0.is_some_and(|kind| kind != "scene") {
            return None;
        }
        let first_pointer = pointers.first().copied();
        let Any(List(parcels)) = place.parcels;
        let parcels = if parcels.is_empty() {
            pointers
        } else {
            parcels
        };
        let first_parcel = *parcels.first()?;
        Some(Scene {
            id: self.id.0?,
            name: display.title.0.unwrap_or_default(),
            base: place.base.0.or(first_pointer).unwrap_or(first_parcel),
            parcels,
            thumbnail: display
                .navmap_thumbnail
                .0
                .and_then(|named| thumbnail(named, files)),
            creator: contact.0.0.name.0,
            project_id: source.0.0.project_id.0,
            description: display.description.0,
        })
    }
}

fn thumbnail(named: String, files: Vec<File>) -> Option<Thumbnail> {
    if named.starts_with("https://") || named.starts_with("http://") {
        return Some(Thumbnail::Url(named));
    }
    let file = files.into_iter().find(|file| file.name == named)?;
    // It becomes a part of a URL.
    let is_hash =
        !file.hash.is_empty() && file.hash.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_hash.then_some(Thumbnail::File(file.hash))
}

#[cfg(test)]
mod tests;
