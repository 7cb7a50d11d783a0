/** WebAssembly that is broken in one place. */
import binaryen from "binaryen";

/** What browsers run, of what Rust emits. */
const FEATURES =
  binaryen.Features.MutableGlobals |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.SignExt |
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt |
  binaryen.Features.ReferenceTypes |
  binaryen.Features.Multivalue;

/** The same module, but that one of the functions that it exports stops it. */
export function trapIn(name: string, wasm: Buffer): Buffer {
  const module = binaryen.readBinary(wasm);
  module.setFeatures(FEATURES);
  const { value } = binaryen.getExportInfo(module.getExport(name));
  const { params, results } = binaryen.getFunctionInfo(module.getFunction(value));
  module.removeFunction(value);
  module.addFunction(value, params, results, [], module.unreachable());
  const broken = Buffer.from(module.emitBinary());
  module.dispose();
  return broken;
}
