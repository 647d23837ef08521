import OCIRegistry

extension Shape {
    /// The JSON Schema, draft 2020-12, of this part.
    var schema: [String: JSONValue] {
        switch self {
        case .text(let form):
            // Editors take 1.92 for a number; publisher takes it as it is written.
            guard let pattern = form.pattern else {
                return ["type": .array(["string", "number", "boolean"].map { .string($0) })]
            }
            return ["type": .string("string"), "pattern": .string(pattern)]
        case .choice(let words): return ["enum": .array(words.map { .string($0) })]
        case .flag: return ["type": .string("boolean")]
        case .number(let range):
            return [
                "type": .string("integer"), "minimum": .integer(Int64(range.lowerBound)),
                "maximum": .integer(Int64(range.upperBound)),
            ]
        case .list(let shape):
            return [
                "type": .string("array"), "items": .object(shape.schema), "minItems": .integer(1),
                "uniqueItems": .bool(true),
            ]
        case .record(let fields):
            var properties: [String: JSONValue] = [:]
            for field in fields {
                var schema = field.shape.schema
                schema["description"] = .string(field.about)
                properties[field.key] = .object(schema)
            }
            var schema: [String: JSONValue] = [
                "type": .string("object"), "properties": .object(properties),
                "additionalProperties": .bool(false),
            ]
            let required = fields.filter(\.isRequired).map { JSONValue.string($0.key) }
            if !required.isEmpty { schema["required"] = .array(required) }
            return schema
        case .names(let form, let shape):
            var schema: [String: JSONValue] = [
                "type": .string("object"), "additionalProperties": .object(shape.schema),
                "minProperties": .integer(1),
            ]
            if let pattern = form.pattern {
                schema["propertyNames"] = .object(["pattern": .string(pattern)])
            }
            return schema
        case .either(let shapes):
            return ["anyOf": .array(shapes.map { .object($0.schema) })]
        }
    }
}

extension Configuration {
    /// The JSON Schema of `publisher.yaml`, draft 2020-12.
    static var schema: JSONValue {
        var schema = shape.schema
        schema["$schema"] = .string("https://json-schema.org/draft/2020-12/schema")
        schema["title"] = .string("publisher.yaml")
        schema["description"] = .string(
            "Registries, channels, images and their tags, as publisher reads them.")
        return .object(schema)
    }
}
