/// A release of Gitea whose manners to have, where releases differ.
public enum GiteaVersion: String, Sendable, CaseIterable, Comparable {
    /// The last of 1.24.
    case v1_24 = "1.24"
    /// 1.25.0, which kept the row of a version that was pushed again.
    case v1_25_0 = "1.25.0"
    /// 1.27.
    case v1_27 = "1.27"

    /// The one that is usual.
    public static let latest = GiteaVersion.v1_27

    /// What it says of itself.
    var release: String {
        switch self {
        case .v1_24: "1.24.7"
        case .v1_25_0: "1.25.0"
        case .v1_27: "1.27.0"
        }
    }

    public static func < (left: GiteaVersion, right: GiteaVersion) -> Bool {
        left.rawValue < right.rawValue
    }
}
