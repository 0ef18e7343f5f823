//! Small helpers over JavaScript values: fields of objects and texts of errors. They never throw.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};

/// An object from its fields.
pub fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        set(&object, name, value);
    }
    object
}

/// Sets a field.
pub fn set(object: &JsValue, name: &str, value: &JsValue) {
    Reflect::set(object, &JsValue::from_str(name), value).ok();
}

/// A field, or undefined.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A field that is text.
pub fn get_text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

/// A field that is a number.
pub fn get_number(object: &JsValue, name: &str) -> Option<f64> {
    get(object, name).as_f64()
}

/// The names and values of an object's fields.
pub fn entries(object: &JsValue) -> Vec<(String, JsValue)> {
    let Some(object) = object.dyn_ref::<Object>() else {
        return Vec::new();
    };
    let pairs = Object::entries(object).to_vec().into_iter();
    let pairs = pairs.filter_map(|pair| pair.dyn_into::<Array>().ok());
    pairs
        .filter_map(|pair| Some((pair.get(0).as_string()?, pair.get(1))))
        .collect()
}

/// What an error says, whatever was thrown.
pub fn error_text(error: &JsValue) -> String {
    get_text(error, "message")
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
