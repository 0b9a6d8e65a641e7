// The packages of an image that is kept in layers. What a layer says follows from its bytes alone, so it is read once
// and kept under the layer's digest.
#pragma once

#include <boost/describe.hpp>
#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "scan/packages.h"

namespace sampan::scan {

struct LayerText {  // a list of packages or an os-release, without the lines nobody reads
  std::string path, text;
};
BOOST_DESCRIBE_STRUCT(LayerText, (), (path, text))
struct LayerPackage {
  std::string ecosystem, name, version;
  Guess guess{};
};
BOOST_DESCRIBE_STRUCT(LayerPackage, (), (ecosystem, name, version, guess))
struct LayerFile {  // one that says what it is: a jar, a program, a package's own description
  std::string path;
  std::vector<LayerPackage> packages;
  std::vector<Gap> gaps;
};
BOOST_DESCRIBE_STRUCT(LayerFile, (), (path, packages, gaps))

struct Layer {
  std::vector<LayerText> texts;
  std::vector<LayerFile> files;
  std::vector<std::string> hides;    // of the layers below: these paths are gone, with all below them
  std::vector<std::string> empties;  // of the layers below: nothing in these folders is left ("": in none)
  std::vector<Gap> gaps;             // why it was not read to its end
};
BOOST_DESCRIBE_STRUCT(Layer, (), (texts, files, hides, empties, gaps))

inline constexpr int kLayerFormat = 4;  // another when read_layer() says other things of the same bytes

// Beyond these a layer is not read to its end.
struct LayerLimits {
  std::size_t kept = 64 << 20;                  // bytes of all that is said of it
  std::chrono::milliseconds patience{600'000};  // of processor time
};
std::size_t size_of(const Layer& layer);  // as LayerLimits counts it

// A tar (gzip, zstd or plain) in a file. `name` is used in sentences. What cannot be read is a gap of the layer;
// unavailable: the stop was asked for.
Result<Layer> read_layer(const std::string& file, const std::string& name, std::stop_token stop);
Result<Layer> read_layer_bytes(std::string_view bytes, const std::string& name, const LayerLimits& limits = {});

// Of all layers together, the lowest first: files of later ones stand in the place of earlier ones, whiteouts hide what
// is below (image-spec 1.1, layer.md). A symbolic link in the place of a folder hides nothing, nor does a file that
// says nothing in the place of a program: too much is said then, never too little. An image of which nothing is known
// is a gap.
Inventory read_image(const std::vector<Layer>& layers);

}  // namespace sampan::scan
