//! What holds for all answers, and is not said at each of them.

use utoipa::openapi::schema::{
    AdditionalProperties, ArrayItems, KnownFormat, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{RefOr, Schema};

/// Closes a schema: an answer has no fields but those that it names, unless it hands on what somebody else says. And
/// absent fields are left out, never `null`.
pub fn close(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            refuse_null(&mut object.schema_type);
            widen(&mut object.format);
            object.properties.values_mut().for_each(close);
            if !object.properties.is_empty() && object.additional_properties.is_none() {
                object.additional_properties =
                    Some(Box::new(AdditionalProperties::FreeForm(false)));
            }
        }
        Schema::Array(array) => {
            refuse_null(&mut array.schema_type);
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                close(items);
            }
        }
        // The parts of a whole each see the fields of all: none of them may be closed.
        _ => {}
    }
}

fn refuse_null(schema_type: &mut SchemaType) {
    if let SchemaType::Array(types) = schema_type {
        types.retain(|one| *one != Type::Null);
        if let [only] = types.as_slice() {
            *schema_type = SchemaType::Type(only.clone());
        }
    }
}

/// The library takes whatever has 32 bits for signed, and half of it would be refused.
fn widen(format: &mut Option<SchemaFormat>) {
    if let Some(SchemaFormat::KnownFormat(known @ KnownFormat::Int32)) = format {
        *known = KnownFormat::Int64;
    }
}
