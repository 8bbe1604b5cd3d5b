// swift-tools-version:5.7
import PackageDescription

let package = Package(
  name: "TidelineClient",
  platforms: [.macOS(.v12), .iOS(.v15), .tvOS(.v15), .watchOS(.v8)],
  products: [.library(name: "TidelineClient", targets: ["TidelineClient"])],
  targets: [.target(name: "TidelineClient")]
)
