// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.testing;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The classes that a program is made of. A JVM tells nobody which classes it has loaded, so they
 * are found from the body's class by the names in the constant pools of the class files, from class
 * to class. Followed are classes that come from where the body's class comes from, and those that
 * lie in a folder of class files, as the code under test does in a build; not the JDK, not Holdfast
 * itself, and no other library.
 */
final class ProgramClasses {
  /** More than a program has; a wrong turn into something large ends here. */
  private static final int CLASSES_MAX = 5_000;

  private final Class<?> home;
  private final @Nullable URI homeLocation;
  private final Set<@Nullable URI> holdfast = new LinkedHashSet<>();
  private final Map<Class<?>, Boolean> known = new HashMap<>();
  private final Set<Class<?>> found = new LinkedHashSet<>();
  private final Set<String> libraryClasses = new TreeSet<>();

  private ProgramClasses(Class<?> home) {
    this.home = home;
    homeLocation = location(home);
    holdfast.add(location(dev.holdfast.Holdfast.class));
    holdfast.add(location(dev.holdfast.storage.Store.class));
    holdfast.add(location(dev.holdfast.policy.CheckpointPolicy.class));
  }

  /** The program that a body belongs to. */
  static ProgramClasses of(Object body) {
    Class<?> type = body.getClass();
    // A lambda's class is hidden and has no file; its nest is that of the class that wrote it.
    ProgramClasses classes = new ProgramClasses(type.isHidden() ? type.getNestHost() : type);
    classes.find();
    return classes;
  }

  /** The program's classes, the body's first. */
  List<Class<?>> list() {
    return List.copyOf(found);
  }

  /** The names of classes outside of the program that it refers to, sorted. */
  Set<String> libraryClasses() {
    return libraryClasses;
  }

  private void find() {
    Deque<Class<?>> open = new ArrayDeque<>();
    open.add(home);
    found.add(home);
    while (!open.isEmpty() && found.size() < CLASSES_MAX) {
      for (String name : namesIn(open.remove())) {
        Class<?> next = load(name);
        if (next != null && includes(next)) {
          if (found.add(next)) {
            open.add(next);
          }
        } else {
          libraryClasses.add(name);
        }
      }
    }
  }

  private static List<String> namesIn(Class<?> type) {
    String file = "/" + type.getName().replace('.', '/') + ".class";
    List<String> names = new ArrayList<>();
    try (InputStream in = type.getResourceAsStream(file)) {
      if (in != null) {
        for (PoolEntry entry : ClassFile.of().parse(in.readAllBytes()).constantPool()) {
          if (entry instanceof ClassEntry named) {
            names.add(named.asInternalName().replaceFirst("^\\[+L(.*);$", "$1").replace('/', '.'));
          }
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      return List.of(); // a class whose file cannot be read leads nowhere
    }
    return names;
  }

  private @Nullable Class<?> load(String name) {
    try {
      return name.startsWith("[") ? null : Class.forName(name, false, home.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return null; // named in the file, never needed when it runs
    }
  }

  /** Whether a class belongs to the program. */
  boolean includes(Class<?> type) {
    return known.computeIfAbsent(type, this::decide);
  }

  private boolean decide(Class<?> type) {
    if (type.isPrimitive() || type.isArray() || type.getClassLoader() == null) {
      return false;
    }
    if (type.getClassLoader().equals(ClassLoader.getPlatformClassLoader())) {
      return false;
    }
    @Nullable URI where = location(type);
    if (type.getName().startsWith("dev.holdfast.") && holdfast.contains(where)) {
      return false;
    }
    boolean sameHome =
        Objects.equals(where, homeLocation)
            && Objects.equals(type.getClassLoader(), home.getClassLoader());
    return sameHome || isFolder(where);
  }

  private static @Nullable URI location(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    try {
      return source == null || source.getLocation() == null ? null : source.getLocation().toURI();
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static boolean isFolder(@Nullable URI where) {
    return where != null && "file".equals(where.getScheme()) && Files.isDirectory(Path.of(where));
  }
}
