/// A variable: of a Dockerfile's `ARG`, of `.env`, of a build's arguments.
struct Variable: Sendable, Hashable {
    /// Which one it is among all that are read together: a name can be given twice.
    var id: Int
    var name: String
    /// Its value; nil where it has none.
    var value: Expansion?
}

/// A text with its variables filled in.
struct Expansion: Sendable, Hashable {
    /// A place where the text ends.
    ///
    /// `FROM ${A}` ends after the brace, and in the value of `A`; what is put in at either is at the end
    /// of the image's name.
    struct End: Sendable, Hashable {
        var place: Place
        /// The variable in whose value the place is; nil for the text itself.
        var owner: Int?
    }

    /// What it comes to.
    var text = TracedText()
    /// Where it ends, from the outside in.
    var ends: [End] = []
    /// The variables that were looked at, whether they gave a value or not.
    var variables: Set<Int> = []
    /// Their names, in order.
    var names: [String] = []
    /// Those of them that would have been needed and had no value.
    var missing: [String] = []
    /// The first form of `${…}` that is not known.
    var unknown: String?

    /// Comes to nothing.
    init() {}

    /// A text in which nothing is expanded.
    init(plain text: TracedText) {
        self.text = text
        if let last = text.places.last { ends = [.init(place: last.next, owner: nil)] }
    }

    /// The same as the value of a variable.
    func value(of id: Int) -> Expansion {
        var value = self
        for index in value.ends.indices where value.ends[index].owner == nil {
            value.ends[index].owner = id
        }
        return value
    }
}
