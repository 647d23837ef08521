import OCIRegistry

/// What a publish or promotion did, as it was read back: `publisher.receipt.v1`.
struct PublishReceipt: Sendable, Codable, Equatable {
    /// The CI run, from the environment of Gitea's, GitHub's or Forgejo's Actions.
    struct Run: Sendable, Codable, Equatable {
        /// The server's address.
        var server: String?
        /// `OWNER/NAME` of the git repository.
        var repository: String?
        /// The workflow's name.
        var workflow: String?
        /// The job's name.
        var job: String?
        /// The run's id.
        var id: String
        /// The run's number within its workflow.
        var number: String?
        /// Which attempt at the run it is.
        var attempt: String?
    }

    /// What is there now in one repository.
    struct Destination: Sendable, Codable, Equatable {
        /// `HOST/REPOSITORY`.
        var repository: String
        /// `HOST/REPOSITORY@DIGEST`; nil where it came to nothing.
        var reference: String?
        /// The manifest or index.
        var digest: Digest?
        /// Its type.
        var mediaType: MediaType?
        /// Its bytes.
        var size: Int64?
        /// What it runs on. Absent where that was not read: of an index it is told by the index itself,
        /// of an image by its configuration, which moving tags within a repository does not read.
        var platforms: [String]?
        /// An image's configuration.
        var config: Digest?
        /// The layers' uncompressed digests, from the lowest up. Absent for an index, which has no
        /// layers of its own, and where the image's configuration was not read.
        var diffIDs: [Digest]?
        /// Every tag.
        var tags: [TagEntry] = []
        /// How many blobs came to be there in which way: `uploaded`, `mounted`, `existing`.
        var blobs: [String: Int] = [:]
        /// Why it is not complete.
        var failure: String?
        /// Whether everything that was meant is there.
        var complete: Bool
    }

    /// What became of one tag.
    struct TagEntry: Sendable, Codable, Equatable {
        /// What sort of tag it is.
        enum Kind: String, Sendable, Codable { case immutable, rolling, named }
        /// What became of it.
        enum Outcome: String, Sendable, Codable {
            /// It was new.
            case created
            /// It named something else before.
            case moved
            /// It named this before.
            case already
            /// A newer publish holds it.
            case superseded
            /// The version is a pre-release, which moves no alias.
            case withheld
            /// It was put back to what it named before.
            case rolledBack = "rolled back"
            /// It names something that is not known to have been meant.
            case conflicted
            /// Nothing was written, because something before it failed.
            case untouched
        }

        /// The tag.
        var tag: String
        /// What sort of tag it is.
        var kind: Kind
        /// What it named before; nil where there was none.
        var before: Digest?
        /// What it names now, as read back; nil where there is none or it could not be read.
        var after: Digest?
        /// What became of it.
        var outcome: Outcome
        /// Why, where that is not plain: what holds a tag that was left alone.
        var reason: String?
        /// How that was found: `HEAD by tag`, `GET by tag`; nil where it was not read back.
        var verified: String?
    }

    /// `publisher.receipt.v1`.
    var type = "publisher.receipt.v1"
    /// The image's name in `publisher.yaml`, where it has one.
    var image: String?
    /// The CI run, where there is one.
    var run: Run?
    /// The git ref.
    var gitRef: String?
    /// The commit.
    var revision: String?
    /// The channel.
    var channel: String?
    /// The version.
    var version: String?
    /// Where the image came from.
    var source: String
    /// Each repository.
    var destinations: [Destination]
    /// Bytes of request content sent by the run, which may have published other images too.
    var bytesSent: Int64
    /// Requests sent by the run, by method.
    var requests: [String: Int]
    /// When it began, RFC 3339 in UTC.
    var started: String
    /// How long it took.
    var seconds: Double
    /// Whether everything that was meant is there.
    var complete: Bool
}
