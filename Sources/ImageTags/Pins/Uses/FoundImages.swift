/// What a file says about images.
public struct FoundImages: Sendable, Hashable {
    /// Something in a file that cannot be read.
    public struct Problem: Sendable, Hashable {
        /// The file.
        public var path: String
        /// The line, from 1.
        public var line: Int
        /// What is wrong, without a full stop.
        public var message: String

        /// A problem.
        public init(path: String, line: Int, message: String) {
            self.path = path
            self.line = line
            self.message = message
        }
    }

    /// Every use of an image, in the order of the file, what cannot be pinned included.
    public var uses: [ImageUse] = []
    /// What could not be read; the uses are those of the rest of the file.
    public var problems: [Problem] = []
    /// Builds with arguments, which may be images: ``Dockerfile/images(of:in:path:file:)`` tells.
    public var builds: [ImageBuild] = []

    /// What was found.
    public init(
        uses: [ImageUse] = [], problems: [Problem] = [], builds: [ImageBuild] = []
    ) {
        self.uses = uses
        self.problems = problems
        self.builds = builds
    }
}

/// A build of a Dockerfile with arguments, as compose and `publisher.yaml` have them.
public struct ImageBuild: Sendable, Hashable {
    /// The file that asks for it.
    public var path: String
    /// The Dockerfile, from the folder of `path`; not normalised.
    public var dockerfile: String
    /// The arguments by name.
    var arguments: [String: Variable]
    /// The names of the arguments, in order.
    public var argumentNames: [String] { arguments.keys.sorted() }
}
