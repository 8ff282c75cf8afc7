# A Spack recipe, untested: copy it to packages/nvsweep/package.py of a Spack repository.
from spack.package import *


class Nvsweep(MakefilePackage):
    """Parameter sweeps over memory technologies for deep-learning hardware: models on MPI
    ranks, results in one HDF5 file that survives being killed."""

    git = "file:///path/to/nvsweep.git"

    version("main", branch="main")

    variant("onnx", default=True, description="read ONNX models")

    depends_on("c", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("mpi")
    depends_on("hdf5+hl")  # serial or parallel
    depends_on("libconfig")
    depends_on("protobuf-c", when="+onnx")
    depends_on("py-onnx", type="build", when="+onnx")  # brings onnx.proto

    def setup_build_environment(self, env):
        env.set("NODEPS", "1")

    @property
    def build_targets(self):
        spec = self.spec
        targets = [
            "CC=" + spack_cc,
            "MPICC=" + spec["mpi"].mpicc,
            "HDF5_ROOT=" + spec["hdf5"].prefix,
            "LIBCONFIG_ROOT=" + spec["libconfig"].prefix,
            "PREFIX=" + self.prefix,
        ]
        if spec.satisfies("+onnx"):
            targets.append("PROTOBUF_C_ROOT=" + spec["protobuf-c"].prefix)
        else:
            targets.append("ONNX_PROTO=none")
        return targets

    @property
    def install_targets(self):
        return self.build_targets + ["install"]
