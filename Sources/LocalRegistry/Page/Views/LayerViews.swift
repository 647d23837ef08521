import Console
import OCIRegistry

/// One layer in the table.
struct LayerView: Sendable {
    var position: Int
    var digest: String
    var shortLayer: String
    var layerType: String
    var layerSize: String
    var kind: String
    var share: String
    var neighbours: [NeighbourView]
    var moreNeighbours: String?

    init(
        _ layer: ImageDetails.Layer, position: Int, share: String, in repository: RepositoryName
    ) {
        self.position = position
        digest = layer.digest.description
        shortLayer = layer.digest.short
        layerType = PageText.clip(layer.mediaType.rawValue, to: 120)
        layerSize = Sizes.text(layer.size)
        kind = LayerShares.kind(of: layer)
        self.share = share
        neighbours = layer.sharedWith.prefix(PageLimit.neighbours).map {
            NeighbourView($0, in: repository)
        }
        moreNeighbours = PageLimit.rest(of: layer.sharedWith.count, after: PageLimit.neighbours)
    }
}

/// One layer in the bar of all layers.
struct SliceView: Sendable {
    var kind: String
    var start: String
    var share: String
}

/// What part of an image each of its layers is.
struct LayerShares: Sendable {
    /// Bytes of the layers that no other image of the repository has.
    private(set) var own: Int64 = 0
    /// Bytes of the layers that others have too.
    private(set) var shared: Int64 = 0
    /// The layers side by side, each in per cent of the whole.
    private(set) var slices: [SliceView] = []

    /// Sizes come from manifests, whose sum need not fit a number.
    private var total: Double

    init(_ layers: [ImageDetails.Layer]) {
        total = layers.reduce(0) { $0 + Double(max(0, $1.size)) }
        var before = 0.0
        var seen: Set<Digest> = []
        for layer in layers.prefix(PageLimit.layers) {
            let size = max(0, layer.size)
            slices.append(
                SliceView(
                    kind: Self.kind(of: layer), start: Self.percent(before, of: total),
                    share: text(size)))
            before += Double(size)
            guard seen.insert(layer.digest).inserted else { continue }
            if layer.sharedWith.isEmpty {
                own = own.addingReportingOverflow(size).overflow ? .max : own + size
            } else {
                shared = shared.addingReportingOverflow(size).overflow ? .max : shared + size
            }
        }
    }

    /// A size's part of the whole, in per cent.
    func text(_ size: Int64) -> String { Self.percent(Double(max(0, size)), of: total) }

    /// How a layer is drawn.
    static func kind(of layer: ImageDetails.Layer) -> String {
        layer.sharedWith.isEmpty ? "own" : "shared"
    }

    private static func percent(_ part: Double, of total: Double) -> String {
        guard total > 0 else { return "0" }
        let hundredths = Int((part / total * 10_000).rounded())
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
