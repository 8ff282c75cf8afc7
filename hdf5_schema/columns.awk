# Writes a header of C per section of metrics.def, FOLDER/array.h and so on, and the list of the
# sections, FOLDER/stages.def: whoever includes one does not depend on the others' columns.
#   awk -v folder=FOLDER -f columns.awk metrics.def

function finish(file) { # the file just written, kept if it says the same
    close(file ".new")
    system("cmp -s " file ".new " file " && rm " file ".new || mv " file ".new " file)
}

BEGIN {
    list = folder "/stages.def"
    printf "/* The stages, in the order in which they are evaluated. */\n" > (list ".new")
}

/^STAGE\(/ {
    split($0, part, /[(), ]+/)
    stage = part[2]
    header = folder "/" stage ".h"
    print > (list ".new")
    columns = values = ""
    has_inner = 0
}

/^METRIC\(/ {
    split($0, part, / *, */)
    type = part[1] ~ /COUNT/ ? "uint64_t " : "double "
    has_inner = has_inner || part[4] != "SCALAR"
    columns = columns "    " type "*" part[2] ";\n"
    values = values "    " type part[2] ";\n"
}

/^STAGE_END/ {
    print "/* Columns of the " stage " stage; made from metrics.def. */" > (header ".new")
    print "#ifndef NVSWEEP_COLUMNS_" toupper(stage) "_H" > (header ".new")
    print "#define NVSWEEP_COLUMNS_" toupper(stage) "_H\n" > (header ".new")
    print "#include \"base/columns.h\"\n" > (header ".new")
    print "struct " stage "_columns {\n" columns "};\n" > (header ".new")
    if (!has_inner)
        print "struct " stage "_row {\n" values "};\n" > (header ".new")
    print "COLUMNS_OF(" stage ")\n\n#endif" > (header ".new")
    finish(header)
}

END {
    printf "#undef STAGE\n" > (list ".new")
    finish(list)
}
