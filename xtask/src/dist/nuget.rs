//! The NuGet package: the assembly, the library of every system, and what tells .NET Framework to take one.
//!
//! A package is a zip by the rules of OPC: a list of content types and one relationship, to the `.nuspec`.

use super::system::System;
use super::{Place, archive};
use crate::library;
use crate::shell::{Result, command, files, fresh, run, spill};
use std::path::{Path, PathBuf};

/// Where the package lies.
pub(super) fn path(place: &Place) -> PathBuf {
    place.out().join(format!("Obligor.{}.nupkg", place.version))
}

/// Makes the package.
pub(super) fn pack(place: &Place, systems: &[&System]) -> Result {
    let folder = place.scratch().join("nuget");
    fresh(&folder)?;
    assembly(place, &folder.join("lib/netstandard2.0"))?;
    for system in systems {
        let native = folder.join("runtimes").join(system.name).join("native");
        library::copy(&system.built(&place.scratch()), &native.join(system.library))?;
    }
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        library::copy(&place.root.join(name), &folder.join(name))?;
    }
    library::copy(&place.root.join("bindings/csharp/README.md"), &folder.join("README.md"))?;
    // Old projects read the first, and those that reference packages the second, also through another package.
    for kind in ["build", "buildTransitive"] {
        spill(&folder.join(kind).join("Obligor.targets"), TARGETS)?;
    }
    spill(&folder.join("Obligor.nuspec"), &nuspec(&place.version))?;
    spill(&folder.join("[Content_Types].xml"), CONTENT_TYPES)?;
    spill(&folder.join("_rels/.rels"), RELATIONSHIP)?;
    archive::pack(&folder, "", &path(place))
}

/// Compiles the assembly.
fn assembly(place: &Place, folder: &Path) -> Result {
    fresh(folder)?;
    let assembly = folder.join("Obligor.dll");
    let mut mcs = command("mcs");
    mcs.current_dir(&place.root).args(["-langversion:7", "-warnaserror", "-optimize", "-unsafe-", "-target:library"]);
    mcs.arg("-r:System.Core.dll").arg(format!("-out:{}", assembly.display()));
    mcs.arg(format!("-doc:{}", folder.join("Obligor.xml").display()));
    run(mcs.args(files(&place.root.join("bindings/csharp/Obligor"), "cs")))?;
    let bytes = std::fs::read(&assembly).map_err(|e| format!("cannot read {}: {e}", assembly.display()))?;
    std::fs::write(&assembly, settle(bytes)?).map_err(|e| format!("cannot write {}: {e}", assembly.display()))
}

/// Makes an assembly depend on its source alone: `mcs` writes the time into its head, and gives it a number by chance.
/// The time becomes 0, and the number is made from all the rest.
fn settle(mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    let (time, number) = places(&bytes).ok_or("Obligor.dll is not an assembly as mcs writes it")?;
    bytes.get_mut(time..time + 4).ok_or("no time")?.fill(0);
    bytes.get_mut(number..number + 16).ok_or("no number")?.fill(0);
    let sum = archive::sum(&bytes);
    for (at, byte) in bytes.iter_mut().skip(number).take(16).enumerate() {
        *byte = sum.get(2 * at..2 * at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or(0);
    }
    Ok(bytes)
}

/// Where the time of the PE head is, and the number in the metadata's heap `#GUID` (ECMA-335, II.24.2 and II.25.2).
fn places(bytes: &[u8]) -> Option<(usize, usize)> {
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let time = word(0x3c)? + 8;
    let metadata = bytes.windows(4).position(|four| four == b"BSJB")?;
    // The name of a heap stands behind its offset and its length.
    let heads = bytes.get(metadata..)?;
    let name = heads.windows(6).position(|six| six == b"#GUID\0")?;
    Some((time, metadata + word(metadata + name - 8)?))
}

fn nuspec(version: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>Obligor</id>
    <version>{version}</version>
    <authors>The obligor authors</authors>
    <description>Credit checks inside the ERP's own process: validate customers, look up debtors lawfully, check and reserve orders atomically.</description>
    <license type="expression">MIT OR Apache-2.0</license>
    <readme>README.md</readme>
    <tags>credit erp order debtor limit</tags>
    <dependencies>
      <group targetFramework=".NETStandard2.0" />
    </dependencies>
  </metadata>
</package>
"#
    )
}

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />
  <Default Extension="nuspec" ContentType="application/octet" />
  <Default Extension="dll" ContentType="application/octet" />
  <Default Extension="so" ContentType="application/octet" />
  <Default Extension="xml" ContentType="application/octet" />
  <Default Extension="targets" ContentType="application/octet" />
  <Default Extension="md" ContentType="application/octet" />
  <Override PartName="/LICENSE-MIT" ContentType="application/octet" />
  <Override PartName="/LICENSE-APACHE" ContentType="application/octet" />
</Types>
"#;

const RELATIONSHIP: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/Obligor.nuspec" Id="R1" />
</Relationships>
"#;

const TARGETS: &str = r#"<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
  <!-- .NET Framework does not look into runtimes: the library of the process is laid beside the program. -->
  <PropertyGroup Condition="'$(TargetFrameworkIdentifier)' == '.NETFramework'">
    <ObligorNative>win-x64</ObligorNative>
    <ObligorNative Condition="'$(PlatformTarget)' == 'x86' Or ('$(Prefer32Bit)' == 'true' And '$(PlatformTarget)' != 'x64')">win-x86</ObligorNative>
  </PropertyGroup>
  <ItemGroup Condition="'$(ObligorNative)' != ''">
    <None Include="$(MSBuildThisFileDirectory)..\runtimes\$(ObligorNative)\native\obligor.dll">
      <Link>obligor.dll</Link>
      <Visible>false</Visible>
      <CopyToOutputDirectory>PreserveNewest</CopyToOutputDirectory>
    </None>
  </ItemGroup>
</Project>
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assembly_without_its_time_and_number_is_the_same_each_time() {
        let image = |time: u8, number: u8| {
            let mut bytes = vec![0_u8; 256];
            bytes[0x3c] = 0x80;
            bytes[0x88] = time;
            bytes[0xa0..0xa4].copy_from_slice(b"BSJB");
            bytes[0xb0] = 0x40;
            bytes[0xb4] = 16;
            bytes[0xb8..0xbe].copy_from_slice(b"#GUID\0");
            bytes[0xe0..0xf0].fill(number);
            bytes
        };
        let settled = settle(image(1, 2)).unwrap();
        assert_eq!(settled, settle(image(3, 4)).unwrap());
        assert_eq!(settled[0x88], 0);
        assert_ne!(settled[0xe0..0xf0], [0; 16]);
        let mut other = image(1, 2);
        other[0xff] = 1;
        assert_ne!(settle(other).unwrap()[0xe0..0xf0], settled[0xe0..0xf0]);
        assert!(settle(vec![0; 300]).is_err());
    }
}
