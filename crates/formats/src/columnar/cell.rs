//! The text of one value of a column.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type,
    Decimal256Type, DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, BinaryArray, FixedSizeBinaryArray};
use arrow_schema::{DataType, TimeUnit};
use serde_json::{Map, Number, Value};

use crate::made::number::{NANOS, day, moment, shortest, shortest_single, time};

/// Whether the values of a type have a text.
pub(super) fn has_text(kind: &DataType) -> bool {
    use DataType as T;
    match kind {
        T::FixedSizeList(field, _) | T::LargeList(field) | T::List(field) | T::Map(field, _) => {
            has_text(field.data_type())
        }
        T::Struct(fields) => fields.iter().all(|field| has_text(field.data_type())),
        T::Boolean | T::Null | T::Utf8 | T::LargeUtf8 => true,
        T::Date32 | T::Date64 | T::Time32(_) | T::Time64(_) | T::Timestamp(_, _) => true,
        T::Decimal32(..) | T::Decimal64(..) | T::Decimal128(..) | T::Decimal256(..) => true,
        other => other.is_integer() || other.is_floating(),
    }
}

/// Writes the text of a value; of a missing one none.
pub(super) fn write(array: &dyn Array, row: usize, out: &mut String) {
    if array.is_null(row) {
        return;
    }
    match array.data_type() {
        DataType::FixedSizeList(..) | DataType::LargeList(_) | DataType::List(_) => {
            write_list(array, row, out);
        }
        DataType::Map(..) | DataType::Struct(_) => *out += &json(array, row).to_string(),
        _ => write_plain(array, row, out),
    }
}

/// The bytes of a value.
pub(super) fn bytes(array: &dyn Array, row: usize) -> Option<&[u8]> {
    if array.is_null(row) {
        return None;
    }
    let any = array.as_any();
    any.downcast_ref::<BinaryArray>()
        .map(|array| array.value(row))
        .or_else(|| any.downcast_ref::<FixedSizeBinaryArray>().map(|array| array.value(row)))
}

pub(super) fn write_uuid(bytes: &[u8], out: &mut String) {
    for (nth, byte) in bytes.iter().enumerate() {
        if matches!(nth, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        *out += &format!("{byte:02x}");
    }
}

fn write_list(array: &dyn Array, row: usize, out: &mut String) {
    let Some(values) = list(array, row) else { return };
    let is_nested = values.data_type().is_nested();
    if is_nested {
        *out += &json(array, row).to_string();
        return;
    }
    for index in 0..values.len() {
        if index > 0 {
            out.push_str(" | ");
        }
        write(values.as_ref(), index, out);
    }
}

fn list(array: &dyn Array, row: usize) -> Option<ArrayRef> {
    if let Some(list) = array.as_list_opt::<i32>() {
        return Some(list.value(row));
    }
    if let Some(list) = array.as_list_opt::<i64>() {
        return Some(list.value(row));
    }
    array.as_fixed_size_list_opt().map(|list| list.value(row))
}

fn write_plain(array: &dyn Array, row: usize, out: &mut String) {
    use DataType as T;
    if let Some(number) = whole(array, row) {
        *out += &number.to_string();
        return;
    }
    match array.data_type() {
        T::Boolean => {
            let value = array.as_boolean_opt().map(|array| array.value(row));
            *out += if value == Some(true) { "true" } else { "false" };
        }
        T::Utf8 => *out += array.as_string_opt::<i32>().map_or("", |array| array.value(row)),
        T::LargeUtf8 => *out += array.as_string_opt::<i64>().map_or("", |array| array.value(row)),
        T::Float16 => {
            if let Some(number) = plain::<Float16Type>(array, row) {
                *out += &shortest_single(number.to_f32());
            }
        }
        T::Float32 => {
            *out += &plain::<Float32Type>(array, row).map(shortest_single).unwrap_or_default();
        }
        T::Float64 => *out += &plain::<Float64Type>(array, row).map(shortest).unwrap_or_default(),
        T::Decimal32(..) => *out += &decimal::<Decimal32Type>(array, row),
        T::Decimal64(..) => *out += &decimal::<Decimal64Type>(array, row),
        T::Decimal128(..) => *out += &decimal::<Decimal128Type>(array, row),
        T::Decimal256(..) => *out += &decimal::<Decimal256Type>(array, row),
        T::Date32 => {
            let days = plain::<Date32Type>(array, row).map(i64::from).unwrap_or_default();
            *out += &day(days).map_or_else(|| days.to_string(), |day| day.to_string());
        }
        T::Date64 => {
            let millis = plain::<Date64Type>(array, row).unwrap_or_default();
            let days = millis.div_euclid(86_400_000);
            *out += &day(days).map_or_else(|| millis.to_string(), |day| day.to_string());
        }
        T::Time32(_) | T::Time64(_) => *out += &time(time_of_day(array, row).unwrap_or_default()),
        T::Timestamp(unit, zone) => {
            let (stored, nanos) = timestamp(array, *unit, row).unwrap_or_default();
            match moment(nanos) {
                // All zones are kept as universal time, and only named beside it.
                Some(text) => *out += &(text + if zone.is_some() { "Z" } else { "" }),
                None => *out += &stored.to_string(),
            }
        }
        _ => {}
    }
}

fn plain<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> Option<T::Native> {
    array.as_primitive_opt::<T>().map(|array| array.value(row))
}

fn decimal<T: DecimalType>(array: &dyn Array, row: usize) -> String {
    array.as_primitive_opt::<T>().map(|array| array.value_as_string(row)).unwrap_or_default()
}

fn whole(array: &dyn Array, row: usize) -> Option<i128> {
    match array.data_type() {
        DataType::Int8 => plain::<Int8Type>(array, row).map(i128::from),
        DataType::Int16 => plain::<Int16Type>(array, row).map(i128::from),
        DataType::Int32 => plain::<Int32Type>(array, row).map(i128::from),
        DataType::Int64 => plain::<Int64Type>(array, row).map(i128::from),
        DataType::UInt8 => plain::<UInt8Type>(array, row).map(i128::from),
        DataType::UInt16 => plain::<UInt16Type>(array, row).map(i128::from),
        DataType::UInt32 => plain::<UInt32Type>(array, row).map(i128::from),
        DataType::UInt64 => plain::<UInt64Type>(array, row).map(i128::from),
        _ => None,
    }
}

/// Nanoseconds since midnight.
fn time_of_day(array: &dyn Array, row: usize) -> Option<i64> {
    match array.data_type() {
        DataType::Time32(TimeUnit::Second) => {
            plain::<Time32SecondType>(array, row).map(|n| i64::from(n) * NANOS)
        }
        DataType::Time32(_) => {
            plain::<Time32MillisecondType>(array, row).map(|n| i64::from(n) * (NANOS / 1_000))
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            plain::<Time64MicrosecondType>(array, row).and_then(|n| n.checked_mul(1_000))
        }
        _ => plain::<Time64NanosecondType>(array, row),
    }
}

/// A moment as it is stored, and in nanoseconds.
fn timestamp(array: &dyn Array, unit: TimeUnit, row: usize) -> Option<(i64, i128)> {
    let (stored, nanos) = match unit {
        TimeUnit::Second => (plain::<TimestampSecondType>(array, row)?, 1_000_000_000),
        TimeUnit::Millisecond => (plain::<TimestampMillisecondType>(array, row)?, 1_000_000),
        TimeUnit::Microsecond => (plain::<TimestampMicrosecondType>(array, row)?, 1_000),
        TimeUnit::Nanosecond => (plain::<TimestampNanosecondType>(array, row)?, 1),
    };
    Some((stored, i128::from(stored) * nanos))
}

fn json(array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    if let Some(values) = list(array, row) {
        return (0..values.len()).map(|index| json(values.as_ref(), index)).collect();
    }
    if let Some(structure) = array.as_struct_opt() {
        let fields = structure.column_names().into_iter().map(str::to_owned);
        let values = structure.columns().iter().map(|column| json(column.as_ref(), row));
        return Value::Object(fields.zip(values).collect());
    }
    if let Some(map) = array.as_map_opt() {
        let entries = map.value(row);
        let mut object = Map::new();
        for index in 0..entries.len() {
            let (Some(keys), Some(values)) = (entries.columns().first(), entries.columns().get(1))
            else {
                break;
            };
            let mut key = String::new();
            write(keys.as_ref(), index, &mut key);
            object.insert(key, json(values.as_ref(), index));
        }
        return Value::Object(object);
    }
    if let Some(value) = array.as_boolean_opt() {
        return Value::Bool(value.value(row));
    }
    let mut text = String::new();
    write_plain(array, row, &mut text);
    let number = match array.data_type() {
        kind if kind.is_integer() => text.parse::<i64>().ok().map(Number::from),
        kind if kind.is_floating() => text.parse().ok().and_then(Number::from_f64),
        _ => None,
    };
    number.map_or(Value::String(text), Value::Number)
}
