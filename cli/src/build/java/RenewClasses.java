// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A step of the build: gives the classes of Java 5 in a jar the form of Java 25. The JVM keeps none
 * of the old form in its cache of loaded classes, and most of what a short command loads is picocli
 * (docs/decisions/0023-speed-of-the-command.md). What they do is not changed: code and constants
 * stay as they are, the stack maps that later JVMs verify by are added and verified here.
 */
final class RenewClasses {
  private static final int FIRST_WITH_STACK_MAPS = ClassFile.JAVA_6_VERSION;
  private static final int MAJOR_VERSION_AT = 6;

  private final ClassFile classes =
      ClassFile.of(
          StackMapsOption.GENERATE_STACK_MAPS,
          ClassHierarchyResolverOption.of(
              ClassHierarchyResolver.ofResourceParsing(ClassLoader.getSystemClassLoader())
                  .orElse(ClassHierarchyResolver.defaultResolver())
                  .cached()));

  /**
   * The arguments: the jar, which must be on the class path too, and the packages, with slashes.
   */
  public static void main(String[] args) throws IOException {
    Path jar = Path.of(args[0]);
    Path renewed = jar.resolveSibling(jar.getFileName() + ".renewed");
    new RenewClasses().renew(jar, renewed, args);
    Files.move(renewed, jar, StandardCopyOption.ATOMIC_MOVE);
  }

  private void renew(Path jar, Path renewed, String[] packages) throws IOException {
    try (ZipFile in = new ZipFile(jar.toFile());
        ZipOutputStream out =
            new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(renewed)))) {
      for (ZipEntry entry : Collections.list(in.entries())) {
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        ZipEntry same = new ZipEntry(entry.getName());
        same.setTimeLocal(entry.getTimeLocal());
        out.putNextEntry(same);
        out.write(isOld(entry.getName(), bytes, packages) ? renewed(bytes) : bytes);
        out.closeEntry();
      }
    }
  }

  private static boolean isOld(String name, byte[] bytes, String[] packages) {
    boolean wanted = false;
    for (int i = 1; i < packages.length; i++) {
      wanted |= name.startsWith(packages[i]) && name.endsWith(".class");
    }
    return wanted && majorVersion(bytes) < FIRST_WITH_STACK_MAPS;
  }

  private static int majorVersion(byte[] bytes) {
    return (bytes[MAJOR_VERSION_AT] & 0xff) << 8 | (bytes[MAJOR_VERSION_AT + 1] & 0xff);
  }

  private byte[] renewed(byte[] bytes) {
    ClassModel old = classes.parse(bytes);
    byte[] renewed =
        classes.transformClass(
            old,
            ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                .andThen((builder, element) -> {
                  if (element instanceof ClassFileVersion) {
                    builder.withVersion(ClassFile.JAVA_25_VERSION, 0);
                  } else {
                    builder.with(element);
                  }
                }));
    var errors = classes.verify(renewed);
    if (!errors.isEmpty()) {
      throw new IllegalStateException(
          old.thisClass().asInternalName() + " cannot be renewed: " + errors.getFirst());
    }
    return renewed;
  }
}
