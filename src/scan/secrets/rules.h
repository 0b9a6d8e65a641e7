// The groups of rules, a file each, in the order in which they are asked.
#pragma once

#include "scan/secrets/rule.h"

namespace sampan::scan::secrets {

using Group = std::span<const Rule>;
Group key_rules();       // private keys and signed tokens
Group forge_rules();     // where code lives and is built
Group package_rules();   // registries of packages and images
Group cloud_rules();     // clouds outside China, and what keeps their secrets
Group chat_rules();      // messages and mail
Group payment_rules();   // payment
Group model_rules();     // language models
Group service_rules();   // other services
Group china_rules();     // clouds and services of China
Group near_rules();      // values of a common form, told by the name of their service
Group database_rules();  // addresses with a password
Group config_rules();    // configuration files, and the rule for whatever is left

}  // namespace sampan::scan::secrets
