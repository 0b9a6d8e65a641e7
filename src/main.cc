// argv -> serve | runner | the commands people type.
#include "app/program.h"

int main(int argc, char** argv) { return sampan::app::run_program(argc, argv); }
