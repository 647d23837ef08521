/// Makes a foreign text fit to print.
enum PlainText {
    /// One line of at most `limit` Unicode scalars, without secrets, control and format
    /// characters, its white space collapsed.
    static func line(_ text: String, limit: Int, redacting secrets: [String] = []) -> String {
        // Secrets go before anything is cut, and again after the clean-up has joined what
        // characters without width had kept apart.
        let clean = Redaction.redacted(
            collapsed(Redaction.redacted(text, secrets: secrets)), secrets: secrets)
        let scalars = clean.unicodeScalars
        guard scalars.count > limit else { return clean }
        return String(String.UnicodeScalarView(scalars.prefix(max(0, limit - 1)))) + "…"
    }

    private static func collapsed(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var pendingSpace = false
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case _ where scalar.properties.isWhitespace: pendingSpace = !result.isEmpty
            case .control, .format, .surrogate, .privateUse, .unassigned: continue
            default:
                if pendingSpace { result.append(" ") }
                pendingSpace = false
                result.append(scalar)
            }
        }
        return String(result)
    }
}

/// The text of an HTML page, such as a proxy's error page.
enum HTMLText {
    /// What stands outside tags, scripts and styles, with the five basic entities undone.
    static func text(of html: String) -> String {
        var text = ""
        var rest = html[...]
        while let open = rest.firstIndex(of: "<") {
            text += rest[..<open] + " "
            rest = rest[open...]
            let hidden = ["script", "style", "!--"].first {
                rest.dropFirst().prefix($0.count).lowercased() == $0
            }
            let end = hidden.map { $0 == "!--" ? "-->" : "</\($0)" } ?? ">"
            rest = after(end, in: rest)
            if let hidden, hidden != "!--" { rest = after(">", in: rest) }
        }
        text += rest
        let entities = [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "),
            ("&amp;", "&"),
        ]
        return entities.reduce(text) { $0.replacing($1.0, with: $1.1) }
    }

    private static func after(_ mark: String, in text: Substring) -> Substring {
        var rest = text
        while let index = rest.firstIndex(where: { $0 == mark.first }) {
            rest = rest[index...]
            if rest.prefix(mark.count).lowercased() == mark { return rest.dropFirst(mark.count) }
            rest = rest.dropFirst()
        }
        return ""
    }
}
