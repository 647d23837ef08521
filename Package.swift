// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "publisher",
    products: [
        .executable(name: "publisher", targets: ["Publisher"]),
        .executable(name: "local-registry", targets: ["local-registry"]),
        .library(name: "OCIRegistry", targets: ["OCIRegistry"]),
        .library(name: "LocalRegistry", targets: ["LocalRegistry"]),
    ],
    dependencies: [
        .package(
            url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
        .package(url: "https://github.com/apple/swift-asn1", .upToNextMinor(from: "1.7.4")),
        .package(
            url: "https://github.com/apple/swift-certificates", .upToNextMinor(from: "1.21.1")),
        .package(url: "https://github.com/apple/swift-crypto", .upToNextMinor(from: "4.5.2")),
        .package(url: "https://github.com/apple/swift-http-types", .upToNextMinor(from: "1.8.0")),
        .package(url: "https://github.com/apple/swift-log", .upToNextMinor(from: "1.16.2")),
        .package(url: "https://github.com/apple/swift-nio", .upToNextMinor(from: "2.101.2")),
        .package(url: "https://github.com/apple/swift-nio-extras", .upToNextMinor(from: "1.35.2")),
        .package(url: "https://github.com/apple/swift-nio-ssl", .upToNextMinor(from: "2.37.6")),
        .package(url: "https://github.com/apple/swift-system", .upToNextMinor(from: "1.8.1")),
        .package(
            url: "https://github.com/swiftlang/swift-subprocess",
            .upToNextMinor(from: "1.0.2"), traits: []),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird",
            .upToNextMinor(from: "2.28.1"), traits: []),
        .package(
            url: "https://github.com/hummingbird-project/swift-mustache",
            .upToNextMinor(from: "2.1.1")),
        .package(url: "https://github.com/jpsim/Yams", .upToNextMinor(from: "6.2.2")),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle",
            .upToNextMinor(from: "2.13.0")),
        .package(url: "https://github.com/vapor/jwt-kit", .upToNextMinor(from: "5.7.1")),
    ],
    targets: [
        .target(
            name: "CNative",
            cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [
                .linkedLibrary("curl"), .linkedLibrary("crypto"), .linkedLibrary("z"),
                .linkedLibrary("isal"), .linkedLibrary("zstd"),
            ]),
        .target(
            name: "OCIRegistry",
            dependencies: [
                "CNative",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        .target(
            name: "ImageTags",
            dependencies: ["ConfigurationFile", "OCIRegistry"],
            swiftSettings: strict),
        .target(
            name: "RunLedger",
            dependencies: ["CNative", "ImageTags", "OCIRegistry"],
            swiftSettings: strict),
        .target(
            name: "ConfigurationFile",
            dependencies: [
                "OCIRegistry",
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        .target(name: "Console", dependencies: ["OCIRegistry"], swiftSettings: strict),
        .executableTarget(
            name: "Publisher",
            dependencies: [
                "ConfigurationFile", "Console", "ImageTags", "OCIRegistry", "RunLedger",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: strict),
        .systemLibrary(name: "CCrypt"),
        .target(
            name: "LocalRegistry",
            dependencies: [
                "CCrypt", "CNative", "ConfigurationFile", "Console", "OCIRegistry",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "local-registry",
            dependencies: [
                "Console", "LocalRegistry", "OCIRegistry",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        // Optimised, since fixtures are made on the few threads that the tests run on.
        .target(
            name: "TestSupport", path: "Tests/Support",
            swiftSettings: strict + [.unsafeFlags(["-O"])]),
        .testTarget(
            name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ImageTagsTests",
            dependencies: ["ConfigurationFile", "ImageTags", "OCIRegistry", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "RunLedgerTests",
            dependencies: ["ImageTags", "OCIRegistry", "RunLedger", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ConfigurationFileTests",
            dependencies: ["ConfigurationFile", "OCIRegistry", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PublisherTests",
            dependencies: [
                "ConfigurationFile", "ImageTags", "LocalRegistry", "OCIRegistry", "Publisher",
                "RunLedger", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "OCIRegistryTests",
            dependencies: [
                "OCIRegistry", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "LocalRegistryTests",
            dependencies: [
                "ConfigurationFile", "LocalRegistry", "OCIRegistry", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "LocalRegistry", "OCIRegistry", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "ConfigurationFile", "LocalRegistry", "OCIRegistry", "RunLedger", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
    ]
)
