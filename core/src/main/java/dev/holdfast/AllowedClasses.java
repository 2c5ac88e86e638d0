// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The classes that serialization may touch: what is not named is denied. */
final class AllowedClasses {
  private static final List<Class<?>> ALWAYS =
      List.of(
          String.class,
          Number.class,
          Boolean.class,
          Byte.class,
          Short.class,
          Character.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class,
          Enum.class);

  private final Class<?> type;
  private final Set<String> names = new HashSet<>();
  private final List<String> packages;
  private final List<String> packageTrees;

  private AllowedClasses(Class<?> type, List<String> patterns) {
    this.type = type;
    ALWAYS.forEach(each -> names.add(each.getName()));
    for (Class<?> at = leaf(type); at != null; at = at.getSuperclass()) {
      names.add(at.getName());
    }
    patterns.stream().filter(pattern -> !pattern.endsWith("*")).forEach(names::add);
    packages = prefixes(patterns, ".*");
    packageTrees = prefixes(patterns, ".**");
  }

  static AllowedClasses of(Class<?> type, String... patterns) {
    for (String pattern : patterns) {
      String name = pattern.replaceFirst("\\.\\*\\*?$", "");
      if (name.isEmpty() || name.contains("*") || name.contains("!") || name.contains(";")) {
        throw new IllegalArgumentException(
            ("allow pattern \"%s\" of Codec.serializable(%s): use a class name, package.* or"
                    + " package.**")
                .formatted(pattern, type.getName()));
      }
    }
    return new AllowedClasses(type, List.of(patterns));
  }

  private static List<String> prefixes(List<String> patterns, String ending) {
    return patterns.stream()
        .filter(pattern -> pattern.endsWith(ending))
        .map(pattern -> pattern.substring(0, pattern.length() - ending.length()))
        .toList();
  }

  private static Class<?> leaf(Class<?> type) {
    Class<?> leaf = type;
    while (leaf.isArray()) {
      leaf = leaf.componentType();
    }
    return leaf;
  }

  /** Whether the class, or the element type of the array, may be written and read. */
  boolean allows(Class<?> candidate) {
    Class<?> leaf = leaf(candidate);
    return leaf.isPrimitive()
        || names.contains(leaf.getName())
        || packages.contains(leaf.getPackageName())
        || packageTrees.stream()
            .anyMatch(tree ->
                leaf.getPackageName().equals(tree) || leaf.getPackageName().startsWith(tree + "."));
  }

  /** What to tell someone whose class was denied. */
  String denial(Class<?> denied) {
    return ("class %s is not allowed; if it belongs to the state, add it:"
            + " Codec.serializable(%s.class, \"%s\")")
        .formatted(leaf(denied).getName(), type.getSimpleName(), leaf(denied).getName());
  }
}
