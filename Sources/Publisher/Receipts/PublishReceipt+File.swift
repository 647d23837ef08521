import OCIRegistry

extension PublishReceipt {
    /// The document, as it is printed and kept.
    var document: [UInt8] { JSON.encode(self, pretty: true) + [0x0a] }

    /// Writes it in one step. Throws ``OCIError`` (configuration) where that cannot be done.
    func write(to path: String) throws(OCIError) {
        try LocalFile.replace(
            path, with: document, mode: .readableByAll, what: "the receipt",
            advice: "name a file in a folder that may be written to; what was pushed stays")
    }
}
