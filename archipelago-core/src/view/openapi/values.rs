//! Values that several answers have in common, as schemas of their own.

use std::borrow::Cow;

use serde_json::json;
use utoipa::openapi::schema::{ArrayItems, KnownFormat, SchemaFormat, Type};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A type without values that stands for a schema.
macro_rules! values {
    ($(#[doc = $doc:literal] $name:ident: $schema:expr;)*) => {$(
        #[doc = $doc]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.description(Some($doc.trim())).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )*};
}

values! {
    /// The address of an Ethereum wallet, lower case.
    Address: ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("^0x[0-9a-f]{40}$"))
        .examples(["0xbb3a1d1d9b1c2f7f4a1f0d8f7b8b0e6d5c4385a0"]);

    /// A time, in ms since the epoch.
    Time: ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(0))
        .examples([1_790_000_000_000_u64]);

    /// A position in metres: east, up, north.
    Position: list_of(Type::Number, KnownFormat::Double, 3).examples([json!([12.5, 1, -3.25])]);

    /// A parcel of 16 m by its coordinates: east, north.
    Parcel: list_of(Type::Integer, KnownFormat::Int64, 2).examples([json!([0, -1])]);
}

/// Exactly so many numbers.
fn list_of(number: Type, format: KnownFormat, length: usize) -> ArrayBuilder {
    let number = ObjectBuilder::new()
        .schema_type(number)
        .format(Some(SchemaFormat::KnownFormat(format)));
    ArrayBuilder::new()
        .prefix_items(vec![Schema::from(number); length])
        .items(ArrayItems::False)
        .min_items(Some(length))
}

/// The schema of what is always true.
pub fn always_true() -> Schema {
    let always = ObjectBuilder::new().schema_type(Type::Boolean);
    always.enum_values(Some([true])).into()
}

/// The schema of what is always false.
pub fn always_false() -> Schema {
    let always = ObjectBuilder::new().schema_type(Type::Boolean);
    always.enum_values(Some([false])).into()
}

/// The schema of the protocol of the communications.
pub fn protocol() -> Schema {
    text("v3")
}

/// The schema of what is always `null`.
pub fn always_null() -> Schema {
    ObjectBuilder::new().schema_type(Type::Null).into()
}

/// The schema of one certain text.
pub fn text(text: &str) -> Schema {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some([text]))
        .into()
}

/// The schema of a text of which there is nothing else to say.
pub fn any_text() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).into()
}
