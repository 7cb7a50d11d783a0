use serde_json::{Value, json};

use super::*;

fn read(entities: &Value) -> Vec<Scene> {
    read_scenes(entities.to_string().into_bytes()).unwrap()
}

fn read_one(entity: &Value) -> Option<Scene> {
    let mut scenes = read(&json!([entity]));
    assert!(scenes.len() <= 1);
    scenes.pop()
}

/// What a content server tells of a scene, shortened.
fn plaza() -> Value {
    json!({
        "version": "v3",
        "id": "bafkplaza",
        "type": "scene",
        "pointers": ["-1,0", "0,0"],
        "timestamp": 1_700_000_000_000_u64,
        "content": [
            { "file": "bin/game.js", "hash": "Qmgame" },
            { "file": "images/map.png", "hash": "Qmmap" }
        ],
        "metadata": {
            "display": {
                "title": "Plaza",
                "description": "Where all meet",
                "navmapThumbnail": "images/map.png",
                "favicon": "favicon_asset"
            },
            "contact": { "name": "Ada", "email": "" },
            "main": "bin/game.js",
            "scene": { "base": "0,0", "parcels": ["-1,0", "0,0"] },
            "source": { "version": 1, "origin": "builder", "projectId": "p-1" }
        }
    })
}

#[test]
fn a_scene_is_read() {
    let expected = Scene {
        id: "bafkplaza".to_owned(),
        name: "Plaza".to_owned(),
        base: Parcel(0, 0),
        parcels: vec![Parcel(-1, 0), Parcel(0, 0)],
        thumbnail: Some(Thumbnail::File("Qmmap".to_owned())),
        creator: Some("Ada".to_owned()),
        project_id: Some("p-1".to_owned()),
        description: Some("Where all meet".to_owned()),
    };
    assert_eq!(read_one(&plaza()), Some(expected));
}

/// Whichever comes first, the files or what names one of them.
#[test]
fn the_order_of_the_members_is_irrelevant() {
    let (content, metadata) = (plaza()["content"].take(), plaza()["metadata"].take());
    for body in [
        format!(r#"[{{"id":"a","metadata":{metadata},"content":{content}}}]"#),
        format!(" \n[ {{\"content\":{content},\"metadata\":{metadata},\"id\":\"a\"}} ]\n"),
    ] {
        let scenes = read_scenes(body.into_bytes()).unwrap();
        let thumbnail = Some(Thumbnail::File("Qmmap".to_owned()));
        assert_eq!(scenes[0].thumbnail, thumbnail);
    }
}

#[test]
fn what_a_scene_does_not_say_is_absent() {
    let entity = json!({ "id": "a", "pointers": ["3,4", "3,5"] });
    let expected = Scene {
        id: "a".to_owned(),
        name: String::new(),
        base: Parcel(3, 4),
        parcels: vec![Parcel(3, 4), Parcel(3, 5)],
        thumbnail: None,
        creator: None,
        project_id: None,
        description: None,
    };
    assert_eq!(read_one(&entity), Some(expected));
}

/// Every member, and every member of one, of another type than it should be.
#[test]
fn what_is_of_another_type_is_absent() {
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0.5),
        json!("x"),
        json!([7, ["x"]]),
        json!({ "x": {} }),
    ];
    let members = [
        "/pointers",
        "/content",
        "/content/1",
        "/content/1/file",
        "/content/1/hash",
        "/metadata",
        "/metadata/display",
        "/metadata/display/title",
        "/metadata/display/navmapThumbnail",
        "/metadata/display/description",
        "/metadata/contact",
        "/metadata/contact/name",
        "/metadata/scene",
        "/metadata/scene/base",
        "/metadata/scene/parcels",
        "/metadata/scene/parcels/0",
        "/metadata/source",
        "/metadata/source/projectId",
    ];
    for member in members {
        for value in &values {
            let mut entity = plaza();
            *entity.pointer_mut(member).unwrap() = value.clone();
            let scene = read_one(&entity).unwrap_or_else(|| panic!("{member} = {value}"));
            assert_eq!(scene.id, "bafkplaza");
            assert!(scene.parcels.contains(&Parcel(0, 0)), "{member} = {value}");
        }
    }
}

#[test]
fn a_scene_that_does_not_say_where_it_is_is_where_its_pointers_are() {
    for (place, base, parcels) in [
        (
            json!({ "parcels": ["5,5", "5,6"] }),
            Parcel(-1, 0),
            vec![Parcel(5, 5), Parcel(5, 6)],
        ),
        (
            json!({ "base": "5,5" }),
            Parcel(5, 5),
            vec![Parcel(-1, 0), Parcel(0, 0)],
        ),
        (
            json!({ "base": "here", "parcels": [] }),
            Parcel(-1, 0),
            vec![Parcel(-1, 0), Parcel(0, 0)],
        ),
        (
            json!({ "base": "5,5", "parcels": ["there", "5,6"] }),
            Parcel(5, 5),
            vec![Parcel(5, 6)],
        ),
    ] {
        let mut entity = plaza();
        entity["metadata"]["scene"] = place;
        let scene = read_one(&entity).unwrap();
        assert_eq!((scene.base, scene.parcels), (base, parcels));
    }
    let mut entity = plaza();
    entity["pointers"] = json!([]);
    entity["metadata"]["scene"] = json!({ "parcels": ["5,6"] });
    assert_eq!(read_one(&entity).unwrap().base, Parcel(5, 6));
}

#[test]
fn what_is_no_scene_with_a_place_is_left_out() {
    let without = |member: &str| {
        let mut entity = plaza();
        entity.as_object_mut().unwrap().remove(member);
        entity
    };
    let mut nowhere = without("pointers");
    nowhere["metadata"]["scene"]["parcels"] = json!(["urn:x"]);
    let mut profile = plaza();
    profile["type"] = json!("profile");
    let entities = json!([
        7,
        null,
        "scene",
        [],
        [[plaza()]],
        {},
        nowhere,
        profile,
        without("id"),
        without("type"),
        plaza()
    ]);
    let ids: Vec<String> = read(&entities).into_iter().map(|scene| scene.id).collect();
    assert_eq!(ids, ["bafkplaza", "bafkplaza"]);
}

#[test]
fn a_picture_is_a_file_of_the_scene_or_a_url() {
    for (named, thumbnail) in [
        ("images/map.png", Some(Thumbnail::File("Qmmap".to_owned()))),
        (
            "https://x.org/1.png?a=b",
            Some(Thumbnail::Url("https://x.org/1.png?a=b".to_owned())),
        ),
        (
            "http://x.org/1.png",
            Some(Thumbnail::Url("http://x.org/1.png".to_owned())),
        ),
        ("images/other.png", None),
        ("/images/map.png", None),
        ("javascript:alert(1)", None),
        ("data:image/png;base64,AAAA", None),
        ("ftp://x.org/1.png", None),
        ("//x.org/1.png", None),
        ("", None),
    ] {
        let mut entity = plaza();
        entity["metadata"]["display"]["navmapThumbnail"] = json!(named);
        assert_eq!(read_one(&entity).unwrap().thumbnail, thumbnail, "{named}");
    }
    for hash in ["", "../../x", "Qm/1", "Qm?x", "Qm 1"] {
        let mut entity = plaza();
        entity["content"][1]["hash"] = json!(hash);
        assert_eq!(read_one(&entity).unwrap().thumbnail, None, "{hash}");
    }
}

#[test]
fn what_is_no_list_is_no_answer() {
    for body in [
        "",
        "null",
        "{}",
        "7",
        "\"[]\"",
        "<html>",
        "[",
        "[{]",
        "[{}",
        "[] x",
        r#"{"entities":[]}"#,
    ] {
        assert_eq!(read_scenes(body.as_bytes().to_vec()), None, "{body}");
    }
    assert_eq!(read_scenes(b"[]".to_vec()), Some(vec![]));
    assert_eq!(read_scenes(vec![b'[', b'"', 0xff, b'"', b']']), None);
    assert_eq!(read_scenes("[".repeat(1_000_000).into_bytes()), None);
}

#[test]
fn half_an_emoji_hides_no_scene() {
    let body = r#"[{"id":"a","pointers":["0,0"],"metadata":{"display":{"title":"Party \ud83c"}}}]"#;
    let scenes = read_scenes(body.as_bytes().to_vec()).unwrap();
    assert_eq!(scenes[0].name, "Party \u{fffd}");
}

#[test]
fn what_is_kept_is_bounded() {
    let many: Vec<Value> = (0..SCENE_POINTERS_MAX + 5)
        .map(|x| json!({ "id": x.to_string(), "pointers": ["0,0"] }))
        .collect();
    assert_eq!(read(&json!(many)).len(), SCENE_POINTERS_MAX);
    let parcels: Vec<String> = (0..SCENE_PARCELS_MAX + 5)
        .map(|x| format!("{x},0"))
        .collect();
    let scene = read_one(&json!({ "id": "a", "metadata": { "scene": { "parcels": parcels } } }));
    assert_eq!(scene.unwrap().parcels.len(), SCENE_PARCELS_MAX);
}
