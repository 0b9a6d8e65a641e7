# Writes OUT: a C++ file that defines sampan::scan::p3c::case_files() from the files DIR/*.cases, in the order of their names.
file(GLOB files RELATIVE ${DIR} ${DIR}/*.cases)
list(SORT files)
set(text "#include \"scan/p3c/cases.h\"\nnamespace sampan::scan::p3c {\nconst std::vector<CaseFile>& case_files() {\n  static const std::vector<CaseFile> files = {\n")
foreach(file ${files})
  # Read as hexadecimal: cmake takes brackets and semicolons in text for lists.
  file(READ ${DIR}/${file} content HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" content "${content}")
  string(LENGTH "${content}" length)
  math(EXPR bytes "${length} / 4")
  string(APPEND text "    {\"${file}\", std::string(\"${content}\", ${bytes})},\n")
endforeach()
string(APPEND text "  };\n  return files;\n}\n}  // namespace sampan::scan::p3c\n")
file(WRITE ${OUT} "${text}")
