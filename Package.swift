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
        .library(name: "OCIRegistry", targets: ["OCIRegistry"]),
    ],
    dependencies: [
        .package(
            url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
        .package(url: "https://github.com/apple/swift-http-types", .upToNextMinor(from: "1.8.0")),
        .package(url: "https://github.com/apple/swift-log", .upToNextMinor(from: "1.16.2")),
        .package(url: "https://github.com/apple/swift-system", .upToNextMinor(from: "1.8.1")),
        .package(
            url: "https://github.com/swiftlang/swift-subprocess",
            .upToNextMinor(from: "1.0.2"), traits: []),
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
        .executableTarget(
            name: "Publisher",
            dependencies: [
                "OCIRegistry",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        // Optimised, since fixtures are made on the few threads that the tests run on.
        .target(
            name: "TestSupport", path: "Tests/Support",
            swiftSettings: strict + [.unsafeFlags(["-O"])]),
        .testTarget(
            name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: strict),
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
            name: "EndToEndTests", dependencies: ["OCIRegistry", "TestSupport"],
            swiftSettings: strict),
    ]
)
