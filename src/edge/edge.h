// The edge: the only room that touches sockets, TLS and HTTP framing. It moves bytes between the network and plain
// blocking code. Hears: nothing. Says: nothing. Owns: no table; the spool folder given to it.
#pragma once

#include "edge/client.h"
#include "edge/server.h"
