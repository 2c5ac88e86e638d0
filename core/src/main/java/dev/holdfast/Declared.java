// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a program has declared, and where it stands.
 *
 * @param state its regions
 * @param boundary its steps in all
 * @param phases its steps by loop
 * @param parameters values that must be the same at restart, by name
 * @param outputs its output files, by path
 */
record Declared(
    ProtectedState state,
    Boundary boundary,
    Phases phases,
    Map<String, String> parameters,
    Map<String, AppendFile> outputs) {

  static Declared nothing(ProtectedState state) {
    return new Declared(
        state, new Boundary(), new Phases(), new LinkedHashMap<>(), new LinkedHashMap<>());
  }
}
