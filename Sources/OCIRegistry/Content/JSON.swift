import FoundationEssentials

/// The one way JSON is read and written here: bounded, with errors that name the document, and
/// written in a form that does not vary from run to run.
public enum JSON {
    /// Decodes a document. Throws ``OCIError`` (bad data) naming `what` and the place.
    public static func decode<T: Decodable>(
        _ type: T.Type, from bytes: some Sequence<UInt8>, what: @autoclosure () -> String
    ) throws(OCIError) -> T {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as OCIError {
            throw OCIError(error.kind, "\(what()): \(error.message)", advice: error.advice)
        } catch let error as DecodingError {
            throw OCIError(.badData, "\(what()) is not valid: \(explain(error))")
        } catch {
            throw OCIError(.badData, "\(what()) is not JSON that can be read")
        }
    }

    /// Encodes a value with sorted keys and without escaped slashes; `pretty` for people.
    public static func encode(_ value: some Encodable, pretty: Bool = false) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty
            ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
            : [.sortedKeys, .withoutEscapingSlashes]
        // Only a value with a NaN or an invalid key can fail; no document here has either.
        guard let data = try? encoder.encode(value) else { return [] }
        return [UInt8](data)
    }

    private static func explain(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
            return path.isEmpty ? "the document" : "'\(path.joined(separator: "."))'"
        }
        switch error {
        case .keyNotFound(let key, let context):
            return "\(place(context)) lacks '\(key.stringValue)'"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "\(place(context)) has the wrong type"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? "it is not JSON that can be read" : "\(place(context)) is malformed"
        @unknown default: return "it cannot be decoded"
        }
    }
}
