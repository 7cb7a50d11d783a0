use serde::Serialize;

use crate::scenes::{Parcel, Scene, Thumbnail};

#[cfg(feature = "openapi")]
use super::openapi::values;

/// One of `GET /hot-scenes`: a scene with players in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct HotScene {
    /// The id of the scene's entity.
    #[cfg_attr(feature = "openapi", schema(examples("bafkreihotscene")))]
    pub id: String,
    /// The title; empty if it has none.
    #[cfg_attr(feature = "openapi", schema(examples("Genesis Plaza")))]
    pub name: String,
    /// The parcel that its coordinates are counted from.
    #[cfg_attr(feature = "openapi", schema(value_type = values::Parcel))]
    pub base_coords: Parcel,
    /// How many players are in it.
    pub users_total_count: u32,
    /// All its parcels.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<values::Parcel>))]
    pub parcels: Vec<Parcel>,
    /// The URL of its picture for the map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<String>,
    /// The name of whom to contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator: Option<String>,
    /// The project that it was published from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// What it says about itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl HotScene {
    /// A scene with so many players, whose files are below `content_url`, which ends with a slash.
    pub fn new(scene: Scene, users: u32, content_url: &str) -> Self {
        Self {
            id: scene.id,
            name: scene.name,
            base_coords: scene.base,
            users_total_count: users,
            parcels: scene.parcels,
            thumbnail: scene.thumbnail.map(|thumbnail| match thumbnail {
                Thumbnail::Url(url) => url,
                Thumbnail::File(hash) => format!("{content_url}contents/{hash}"),
            }),
            creator: scene.creator,
            project_id: scene.project_id,
            description: scene.description,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene() -> Scene {
        Scene {
            id: "Qm1".to_owned(),
            name: "Plaza".to_owned(),
            base: Parcel(-1, 0),
            parcels: vec![Parcel(-1, 0), Parcel(0, 0)],
            thumbnail: None,
            creator: None,
            project_id: None,
            description: None,
        }
    }

    #[test]
    fn absent_fields_are_left_out() {
        let json = serde_json::to_string(&HotScene::new(scene(), 7, "https://c.example/content/"));
        assert_eq!(
            json.unwrap(),
            r#"{"id":"Qm1","name":"Plaza","baseCoords":[-1,0],"usersTotalCount":7,"parcels":[[-1,0],[0,0]]}"#
        );
    }

    #[test]
    fn everything_that_is_known_is_told() {
        let scene = Scene {
            thumbnail: Some(Thumbnail::File("Qm2".to_owned())),
            creator: Some("Ada".to_owned()),
            project_id: Some("p-1".to_owned()),
            description: Some("Where all meet".to_owned()),
            ..scene()
        };
        let json = serde_json::to_string(&HotScene::new(scene, 1, "https://c.example/content/"));
        assert_eq!(
            json.unwrap(),
            concat!(
                r#"{"id":"Qm1","name":"Plaza","baseCoords":[-1,0],"usersTotalCount":1,"parcels":[[-1,0],[0,0]],"#,
                r#""thumbnail":"https://c.example/content/contents/Qm2","creator":"Ada","projectId":"p-1","#,
                r#""description":"Where all meet"}"#
            )
        );
    }

    #[test]
    fn a_picture_elsewhere_stays_there() {
        let url = "https://pictures.example/1.png";
        let scene = Scene {
            thumbnail: Some(Thumbnail::Url(url.to_owned())),
            ..scene()
        };
        let hot = HotScene::new(scene, 1, "https://c.example/content/");
        assert_eq!(hot.thumbnail.as_deref(), Some(url));
    }
}
