// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is held to these: raw memory needs the word `unsafe`, a warning is an error.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// The optimized build. Tests import what is internal to a target there, too: `make test` tests what users have. What one
/// target's loops call of another is compiled into them: without that runs of images take a fifth longer.
let optimized = SwiftSetting.unsafeFlags(
  ["-enable-testing", "-cross-module-optimization"], .when(configuration: .release))

/// A target under Sources/, with the tests that mirror it. The arrows are those of
/// docs/architecture.md; Tests/ArchitectureTests reads both and fails when they differ.
func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict + [optimized])
}

/// Tests themselves are not optimized, and nobody looks at them in a debugger there: it would take longer than they do.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies,
    swiftSettings: strict + [.unsafeFlags(["-Onone", "-gnone"], .when(configuration: .release))])
}

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")

let package = Package(
  name: "powercut",
  products: [
    .executable(name: "powercut", targets: ["powercut"]),
    // What `powercut record` preloads; it is found beside the tool.
    .library(name: "powercut-preload", type: .dynamic, targets: ["CPreload"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    // 0: no knowledge of storage.
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
    .target(
      name: "CScheduling",
      cSettings: [
        .treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra"),
      ]),
    layer("Rules"),
    layer("Bytes", ["Rules", "CXXHash", "CISAL"]),
    layer("Scheduling", ["CScheduling"]),
    // 1: devices and formats.
    layer("BlockDevice", ["Bytes", "Scheduling"]),
    layer("WriteLog", ["Rules", "Bytes"]),
    layer("VHDX", ["Rules", "Bytes"]),
    layer("LogOracle", ["Rules", "Bytes"]),
    // 2: what is under test, and what judges it.
    layer("Workload", ["Bytes", "Scheduling", "WriteLog"]),
    layer("Stacks", ["Rules", "Bytes", "BlockDevice", "WriteLog", "VHDX", "Scheduling"]),
    layer("CrashStates", ["Bytes", "WriteLog", "Scheduling"]),
    layer(
      "Checking",
      ["Rules", "Bytes", "BlockDevice", "WriteLog", "CrashStates", "Workload"]),
    // One format of images each.
    layer(
      "VHDXJudges",
      ["Rules", "Bytes", "WriteLog", "VHDX", "LogOracle", "CrashStates", "Workload", "Checking"]),
    layer("VDI", ["Rules", "Bytes", "CrashStates", "Checking"]),
    // Images as stacks under test: what runs know of them, and each format's own.
    layer(
      "ImageStacks", ["Bytes", "Scheduling", "BlockDevice", "Stacks", "CrashStates", "Checking"]),
    layer(
      "VHDXStack",
      [
        "Rules", "Bytes", "Scheduling", "BlockDevice", "VHDX", "Workload", "Stacks", "CrashStates",
        "Checking", "VHDXJudges", "ImageStacks",
      ]),
    // 3: runs and what is said of them.
    layer(
      "Campaign",
      [
        "Rules", "Bytes", "Scheduling", "BlockDevice", "WriteLog", "Workload", "Stacks",
        "CrashStates", "Checking", "VHDXJudges", "VDI", "ImageStacks", "VHDXStack", yams,
      ]),
    layer("Reporting", ["Rules", "Bytes", "Scheduling", "Checking", "Campaign"]),
    layer(
      "Nights",
      [
        "Rules", "Bytes", "Scheduling", "Stacks", "CrashStates", "Checking", "Campaign",
        "Reporting", yams,
      ]),
    layer(
      "NightPages", ["Rules", "Scheduling", "Campaign", "Reporting", "Nights", mustache]),
    // 4: the world.
    layer(
      "Programs",
      [
        "Rules", "Recorder", "Host", "NBD", "Campaign", "Checking", "CrashStates", "ImageStacks",
        "Stacks", "Workload", "WriteLog", "BlockDevice", "Scheduling", "Bytes",
      ]),
    layer("Recorder", ["Host", "WriteLog", "Bytes", "CJournal"]),
    layer("Host", ["Bytes"]),
    .target(
      name: "CPreload", dependencies: ["CJournal"],
      cSettings: [
        .treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra"),
        // By which it finds who has called it.
        .unsafeFlags(["-fno-omit-frame-pointer"]),
      ],
      // It goes into every recorded program, where Swift's runtime has no business.
      linkerSettings: [.unsafeFlags(["-nostartfiles", "-static-stdlib"])]),
    .target(
      name: "CJournal",
      cSettings: [
        .treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra"),
      ]),
    layer("NBD", ["Bytes", nioCore, nioPosix]),
    // 5: the tool.
    layer(
      "ToolSupport",
      ["Bytes", "Host", "Campaign", "Reporting", argumentParser]),
    layer(
      "VHDXCommands",
      [
        "Rules", "Bytes", "Scheduling", "VHDX", "Checking", "VHDXJudges", "Campaign", "Reporting",
        "Host", "ToolSupport", argumentParser,
      ]),
    .executableTarget(
      name: "powercut",
      dependencies: [
        "Rules", "Bytes", "Scheduling", "BlockDevice", "WriteLog", "Workload", "Stacks",
        "CrashStates", "Checking", "ImageStacks", "Campaign", "Reporting", "Nights", "NightPages",
        "Host",
        "Programs", "Recorder", "NBD", "ToolSupport", "VHDXCommands", argumentParser,
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "powercut-bench",
      dependencies: [
        "Bytes", "Scheduling", "WriteLog", "Workload", "Stacks", "CrashStates", "Checking",
        "Campaign",
        "Host",
      ],
      path: "Benchmarks", exclude: ["Peers"], swiftSettings: strict),
    .executableTarget(
      name: "powercut-bug-benchmark",
      dependencies: ["Scheduling", "Stacks", "Checking", "Campaign", "Host", argumentParser],
      path: "BugBenchmark", swiftSettings: strict),
    // Tests mirror Sources/.
    .target(
      name: "CTestSupport", path: "Tests/CTestSupport",
      cSettings: [
        .treatAllWarnings(as: .error), .enableWarning("all"), .enableWarning("extra"),
      ]),
    .target(
      name: "TestSupport",
      dependencies: ["Bytes", "WriteLog", "VHDX", "Host", "NBD", "CTestSupport"],
      path: "Tests/TestSupport",
      swiftSettings: strict),
    tests("Architecture", ["TestSupport"]),
    tests("Rules", ["Rules", "Scheduling", "CrashStates", "Campaign", "Host", "TestSupport"]),
    tests("Bytes", ["Bytes", "TestSupport"]),
    tests("Scheduling", ["Scheduling"]),
    tests("BlockDevice", ["BlockDevice", "Scheduling", "Bytes"]),
    tests("WriteLog", ["Rules", "WriteLog", "Bytes", "Host", "TestSupport"]),
    tests("VHDX", ["Rules", "VHDX", "VHDXJudges", "Checking", "Bytes", "Host", "TestSupport"]),
    tests(
      "VDI",
      [
        "Rules", "VDI", "Recorder", "Checking", "CrashStates", "WriteLog", "Bytes", "Host",
        "TestSupport",
      ]),
    tests("LogOracle", ["Rules", "LogOracle", "VHDX", "Bytes", "Host", "TestSupport"]),
    tests("NBD", ["NBD", "Bytes", "Host", "TestSupport", nioCore]),
    tests("Workload", ["Workload", "Bytes", "WriteLog", "Scheduling"]),
    tests(
      "Stacks",
      [
        "Stacks", "BlockDevice", "WriteLog", "VHDX", "Scheduling", "Bytes", "Host", "TestSupport",
      ]),
    tests("CrashStates", ["CrashStates", "WriteLog", "Bytes", "Host", "TestSupport"]),
    tests(
      "Checking",
      [
        "Rules", "Checking", "VHDXJudges", "CrashStates", "Workload", "Scheduling", "BlockDevice",
        "WriteLog", "VHDX", "Bytes", "Host", "TestSupport",
      ]),
    tests(
      "Campaign",
      [
        "Rules", "Campaign", "ImageStacks", "Checking", "VHDXJudges", "CrashStates", "Stacks",
        "Workload", "Scheduling", "WriteLog", "VHDX", "Bytes", "Host", "TestSupport",
      ]),
    tests(
      "Reporting",
      [
        "Rules", "Reporting", "Campaign", "Checking", "CrashStates", "Stacks", "Scheduling",
        "Bytes", "Host",
        "TestSupport",
      ]),
    tests("NightPages", ["NightPages", "Nights", "Rules", mustache]),
    tests(
      "Nights",
      [
        "Rules", "Nights", "Reporting", "Campaign", "Checking", "CrashStates", "Stacks",
        "Scheduling", "Bytes", "TestSupport",
      ]),
    tests(
      "VHDXStack",
      [
        "VHDXStack", "ImageStacks", "Stacks", "Checking", "VHDX", "Rules", "Scheduling", "Bytes",
        "Host",
      ]),
    tests("Host", ["Host", "Bytes", "TestSupport"]),
    tests(
      "Programs",
      [
        "Rules", "Programs", "Recorder", "Campaign", "Checking", "CrashStates", "Stacks",
        "Workload",
        "WriteLog", "VHDX", "BlockDevice", "Scheduling", "Bytes", "Host", "TestSupport",
      ]),
    tests("Recorder", ["Recorder", "WriteLog", "Host", "Bytes", "TestSupport"]),
    tests("powercut", ["TestSupport", "NBD", "Host", "WriteLog", "Scheduling", "Bytes"]),
  ]
)
